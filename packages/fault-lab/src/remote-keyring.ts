import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKeyring, type Keyring, systemActor } from '@claviger/core'
import { apiKeyAuth } from '@claviger/express'
import type { SqlStore } from '@claviger/store-sql'
import express from 'express'
import type { RemoteAnswer, RemoteCall, RemoteSetUp } from './remote-keyring.types.ts'
import { settingsOf } from './settings.ts'
import { openStore } from './stores.ts'

// A host process of one version of Claviger: a server behind a keyring, and every method of that keyring, of its store and
// of its keys, called by name from outside. The same file makes the kept process of the first version (see fixtures), so it
// uses only what both have.
const setUp = JSON.parse(process.env.CLAVIGER_LAB_REMOTE ?? '') as RemoteSetUp
const opened = openStore(setUp.store, 5_000)
const gone = new Set<string>()
const reminded: unknown[] = []
const options = {
  ...settingsOf(setUp.settings ?? {}),
  ...setUp.options,
  ...(setUp.importedPattern !== undefined && { importedTokens: { pattern: new RegExp(setUp.importedPattern) } }),
  store: opened.store,
  defaultPermissions: ['lab:use'],
  resolveOwner: ({ owner }: { readonly owner: { readonly id: string } }) => (gone.has(owner.id) ? null : ['*:*']),
  onError: () => {},
  ...(setUp.remembers === true && { onEvent: (event: unknown) => void reminded.push(event) }),
}
const keyring: Keyring = createKeyring<string, string>(options)
const server = serverOf(keyring)
const targets: Readonly<Record<RemoteCall['on'], object>> = {
  keyring,
  store: opened.store,
  keys: keyring.as(systemActor('lab')),
  accounts: keyring.as(systemActor('lab')).serviceAccounts,
  lab: { leave: (id: string) => void gone.add(id), reminded: () => reminded.splice(0), end },
}

process.on('disconnect', () => process.exit(0))
process.on('message', (call: RemoteCall) => void answer(call).then((said) => process.send?.(said)))
if (setUp.migrates === true && 'migrate' in opened.store) await (opened.store as SqlStore).migrate()
await keyring.ready()
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))

async function answer({ id, on, method, args }: RemoteCall): Promise<RemoteAnswer> {
  try {
    const target = targets[on]
    const value: unknown = await Reflect.apply(Reflect.get(target, method) as () => unknown, target, args)
    return { id, value }
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string }
    return { id, error: { code: code ?? '', message } }
  }
}

function serverOf(ring: Keyring): Server {
  const auth = apiKeyAuth(ring)
  const app = express()
  app.get('/', auth.authenticate(), auth.require('lab:use'), (_, res) => void res.sendStatus(204))
  return createServer(app)
}

async function end(): Promise<void> {
  await keyring.close().catch(() => {})
  server.closeAllConnections()
  await opened.close().catch(() => {})
}
