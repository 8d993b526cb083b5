/** Loads every given entry point as an ES module and prints what each exports, as JSON. */
export function esmProbe(specifiers: readonly string[]): string {
  return `
    const found = {}
    const isExport = (name) => name !== 'default' && name !== 'module.exports'
    for (const name of ${JSON.stringify(specifiers)}) found[name] = Object.keys(await import(name)).filter(isExport).sort()
    console.log(JSON.stringify(found))
  `
}

/** The same with `require()`. */
export function requireProbe(specifiers: readonly string[]): string {
  return `
    const found = {}
    for (const name of ${JSON.stringify(specifiers)}) found[name] = Object.keys(require(name)).sort()
    console.log(JSON.stringify(found))
  `
}

/** Makes a keyring, a key and a verification with the default hasher, and prints what `verify` said. */
export function useKeyring(load: 'import' | 'require'): string {
  const loaded = (name: string): string => (load === 'import' ? `await import('${name}')` : `require('${name}')`)
  return `
    ;(async () => {
      const { createKeyring, definePermissions, systemActor } = ${loaded('@claviger/core')}
      const { memoryStore } = ${loaded('@claviger/store-memory')}
      const permissions = definePermissions({ prompts: ['read'] })
      const keyring = createKeyring({ prefix: 'acme', store: memoryStore(), permissions, owners: 'unbounded' })
      const keys = keyring.as(systemActor('ws_acme'))
      const owner = { type: 'user', id: 'ada' }
      const { token } = await keys.create({ name: 'K', environment: 'production', permissions: ['prompts:read'], owner })
      const { ok } = await keyring.verify(token, { permission: 'prompts:read' })
      await keyring.close()
      console.log(JSON.stringify({ ok }))
    })()
  `
}

/** A TypeScript application that uses Claviger with one framework. Valid as an ES module and as CommonJS. */
export function typedConsumer(framework: 'express' | 'koa'): string {
  return `
    import { createKeyring, definePermissions, type ApiKey, type Keyring } from '@claviger/core'
    import type { KeyStore } from '@claviger/core/store'
    import { memoryStore } from '@claviger/store-memory'
    import { apiKeyAuth } from '@claviger/${framework}'
    ${framework === 'express' ? "import express from 'express'" : "import Koa from 'koa'"}

    const store: KeyStore = memoryStore()
    const permissions = definePermissions({ prompts: ['read'] })
    export const keyring: Keyring<'prompts:read' | 'keys:manage'> = createKeyring({ prefix: 'acme', store, permissions, owners: 'unbounded' })
    const auth = apiKeyAuth(keyring)
    // @ts-expect-error: a misspelt permission
    auth.require('prompts:raed')
    ${framework === 'express' ? expressApplication : koaApplication}
  `
}

const expressApplication = `
    export const app = express()
    app.use('/v1', auth.authenticate())
    app.get('/v1/prompts', auth.require('prompts:read'), (req, res) => {
      const apiKey: ApiKey | undefined = req.apiKey
      // @ts-expect-error: neither any nor unknown
      const wrong: number = req.apiKey
      res.json({ id: apiKey?.id, wrong })
    })
`

const koaApplication = `
    export const app = new Koa()
    app.use(auth.authenticate())
    app.use(auth.require('prompts:read'))
    app.use((ctx) => {
      const apiKey: ApiKey | undefined = ctx.state.apiKey
      ctx.body = { id: apiKey?.id }
    })
`
