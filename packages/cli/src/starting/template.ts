/** What a configuration is written for. */
export interface StartChoices {
  readonly framework: (typeof frameworks)[number]
  readonly store: (typeof storeKinds)[number]
  /** A URL that may stand in the file; undefined for the usual one. */
  readonly url: string | undefined
  readonly prefix: string
  readonly workspace: string
}

/** The frameworks there is an adapter for; `none` leaves the server out. */
export const frameworks = ['express', 'koa', 'none'] as const
/** The stores that a URL names. */
export const storeKinds = ['sqlite', 'postgres', 'mysql', 'redis'] as const

interface StoreText {
  /** The value of `store`, and a comment above it. */
  readonly setting: string
  readonly imports: readonly string[]
  readonly store: string
  readonly packages: readonly string[]
}

const stores: Readonly<Record<StartChoices['store'], StoreText>> = {
  sqlite: {
    setting: `'sqlite:keys.db'`,
    imports: [`import { sqliteStore } from '@claviger/store-sql'`, `import Database from 'libsql'`],
    store: `sqliteStore(new Database('keys.db'))`,
    packages: ['@claviger/store-sql', 'libsql'],
  },
  postgres: {
    setting: `process.env.DATABASE_URL ?? 'postgres://localhost/app'`,
    imports: [`import { postgresStore } from '@claviger/store-sql'`, `import pg from 'pg'`],
    store: `postgresStore(new pg.Pool({ connectionString: store }))`,
    packages: ['@claviger/store-sql', 'pg'],
  },
  mysql: {
    setting: `process.env.DATABASE_URL ?? 'mysql://localhost/app'`,
    imports: [`import { mysqlStore } from '@claviger/store-sql'`, `import mysql from 'mysql2'`],
    store: `mysqlStore(mysql.createPool(store))`,
    packages: ['@claviger/store-sql', 'mysql2'],
  },
  redis: {
    setting: `process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'`,
    imports: [`import { redisStore } from '@claviger/store-redis'`, `import { Redis } from 'ioredis'`],
    store: `redisStore(new Redis(store))`,
    packages: ['@claviger/store-redis', 'ioredis'],
  },
}

/** The packages that a server with these choices needs. */
export function packagesFor({ framework, store }: Pick<StartChoices, 'framework' | 'store'>): readonly string[] {
  const adapter = framework === 'none' ? [] : [`@claviger/${framework}`, framework]
  return ['@claviger/core', ...adapter, ...stores[store].packages]
}

/** The configuration file, with a comment for each setting and the server that uses it. Pure. */
export function configText(choices: StartChoices): string {
  const { store, url, prefix, workspace } = choices
  return `// What the command line and your server share. No package needs to be installed for the command line to read it.
const config = {
  // Tokens look like ${prefix}_production_...: unique to your product, letters and digits.
  prefix: '${prefix}',

  // Where keys are kept. A password belongs into the environment, not into this file.
  store: ${url === undefined ? stores[store].setting : quoted(url)},

  // What keys may be granted: actions by resource.
  permissions: { prompts: ['list', 'read', 'write'] },

  // What a new key gets unless told otherwise.
  defaultPermissions: ['prompts:list', 'prompts:read'],

  // What bounds a key. With 'unbounded', keys of people who leave keep working: ask your own tables instead.
  owners: 'unbounded',
  // resolveOwner: async ({ workspaceId, owner }) => ['prompts:*'], // or null: this owner is gone

  // When keys need a look (npx claviger keys audit), and how long a replaced secret may still work.
  policy: { rotateAfter: '90d', unusedAfter: '90d', maxOverlap: '7d' },

  // Who uses a key, as networks and programs (npx claviger keys callers <id>). Kept only where you switch it on.
  // usage: { callers: true },

  // For the command line only: what commands are about unless flags say otherwise.
  workspace: '${workspace}',
  owner: 'user:admin',
  environment: 'development',
}

export default config
${serverText(choices)}`
}

function serverText({ framework, store }: StartChoices): string {
  const { imports, store: made } = stores[store]
  if (framework === 'none') return ''
  const mount =
    framework === 'express'
      ? [
          `const app = express()`,
          `app.use('/v1', auth.authenticate())`,
          `app.get('/v1/prompts', auth.require('prompts:list'), (req, res) => res.json({ key: req.apiKey.name }))`,
        ]
      : [
          `const app = new Koa()`,
          `app.use(auth.authenticate())`,
          `app.use(auth.require('prompts:list'))`,
          `app.use((ctx) => {`,
          `  ctx.body = { key: ctx.state.apiKey.name }`,
          `})`,
        ]
  const lines = [
    `import { createKeyring, definePermissions } from '@claviger/core'`,
    `import { apiKeyAuth } from '@claviger/${framework}'`,
    ...imports,
    framework === 'express' ? `import express from 'express'` : `import Koa from 'koa'`,
    `import config from './claviger.config.mjs'`,
    ``,
    `// Those of the command line are left out.`,
    `const { store, permissions, workspace, owner, environment, ...options } = config`,
    `const keyring = createKeyring({`,
    `  ...options,`,
    `  permissions: definePermissions(permissions),`,
    `  store: ${made},`,
    `})`,
    `await keyring.ready()`,
    `const auth = apiKeyAuth(keyring)`,
    ...mount,
    `app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')`,
  ]
  return `\n// Your server, server.mjs:\n//\n${lines.map((line) => `//   ${line}`.trimEnd()).join('\n')}\n`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
