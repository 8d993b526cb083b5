import type { Keyring } from '@claviger/core'
import { mount } from '@claviger/express'
import {
  authorizeWithApiKey,
  introspection,
  managementApi,
  type PublicKeyOf,
  secretScanning,
} from '@claviger/management'
import express, { type Express } from 'express'
import type { Permission } from './keyring.ts'

/** The management API at `/api/api-keys`, for programs that have a key with `keys:manage`. */
export function createApp(keyring: Keyring<Permission>, publicKeyOf?: PublicKeyOf): Express {
  const api = managementApi({
    keyring,
    authorize: authorizeWithApiKey(keyring),
    // Services in other languages ask here, each with a key of its own.
    introspection: introspection({
      keyring,
      authorize: authorizeWithApiKey(keyring, { permission: 'tokens:introspect' }),
    }),
    // GitHub reports tokens here that it found in public.
    secretScanning: secretScanning({ keyring, publicKeyOf }),
  })

  const app = express()
  // Before body parsers: a report that was parsed cannot be verified any more.
  app.use('/api/api-keys', mount(api))
  app.use(express.json())
  return app
}
