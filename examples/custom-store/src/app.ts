import { createKeyring, definePermissions, type Keyring } from '@claviger/core'
import { apiKeyAuth, apiKeyOf } from '@claviger/express'
import express, { type Express } from 'express'
import { jsonFileStore } from './json-file-store.ts'

/** What a key of this API can be allowed to do. */
export type Permission = 'status:read'

/** A keyring whose keys live in a file. */
export function createFileKeyring(path: string): Keyring<Permission | 'keys:manage'> {
  return createKeyring({
    prefix: 'acme',
    store: jsonFileStore(path),
    permissions: definePermissions({ status: ['read'] }),
    defaultPermissions: ['status:read'],
    // Ada is the only one here; null says that an owner is gone.
    resolveOwner: ({ owner }) => (owner.type === 'user' && owner.id === 'ada' ? ['status:*'] : null),
  })
}

/** One route, which tells a client who it is. */
export function createApp(keyring: Keyring<Permission | 'keys:manage'>): Express {
  const auth = apiKeyAuth(keyring)
  const app = express()
  app.get('/v1/status', auth.authenticate(), auth.require('status:read'), (req, res) => {
    const { name, workspaceId } = apiKeyOf(req)
    res.json({ key: name, workspace: workspaceId })
  })
  return app
}
