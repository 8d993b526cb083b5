/** How a module names what it loads. */
export type ModuleStyle = 'import' | 'require'

/** What an application is made of. */
export interface AppParts {
  readonly framework: 'express' | 'koa'
  readonly style?: ModuleStyle
  /** Default `argon2`, which is the default of Claviger. */
  readonly hasher?: 'argon2' | 'hmac'
  /** TypeScript that looks at the types too. */
  readonly typed?: boolean
}

/** What an application prints when all is well: the status of a request with its key, and without. */
export const served = { withKey: 200, without: 401 }

/**
 * A whole application with one guarded route. It serves on a port of its own, asks itself with a key and without, prints
 * both statuses as JSON and ends.
 */
export function servingApp({ framework, style = 'import', hasher = 'argon2', typed = false }: AppParts): string {
  const load = loader(style)
  return `
${load.names('createKeyring, definePermissions, hmacSha256, systemActor', '@claviger/core')}
${load.names('apiKeyAuth', `@claviger/${framework}`)}
${load.names('memoryStore', '@claviger/store-memory')}
${load.whole(framework === 'express' ? 'express' : 'Koa', framework)}
${load.names('createServer', 'node:http')}
${load.names('once', 'node:events')}
${typed ? typeImports : ''}
${typed ? 'const store: KeyStore = memoryStore()' : 'const store = memoryStore()'}
const keyring = createKeyring({
  prefix: 'acme',
  store,
  permissions: definePermissions({ prompts: ['read'] }),
  owners: 'unbounded',
  ${hasher === 'hmac' ? "hasher: hmacSha256({ pepper: { id: 'one', secret: 'p'.repeat(32) } })," : ''}
})
const auth = apiKeyAuth(keyring)
${typed ? misspelt : ''}
${framework === 'express' ? express(typed) : koa(typed)}
async function main() {
  const { token } = await keyring.as(systemActor('ws_acme')).create({
    name: 'K',
    environment: 'production',
    permissions: ['prompts:read'],
    owner: { type: 'user', id: 'ada' },
  })
  const server = createServer(${framework === 'express' ? 'app' : 'app.callback()'}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = ${typed ? 'server.address() as { port: number }' : 'server.address()'}
  const url = 'http://127.0.0.1:' + port + '/v1/prompts'
  const ask = async (headers${typed ? ': Record<string, string>' : ''}) => (await fetch(url, { headers })).status
  const withKey = await ask({ authorization: 'Bearer ' + token })
  console.log(JSON.stringify({ withKey, without: await ask({}) }))
  server.close()
  await keyring.close()
}
main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
`
}

interface Loader {
  names(names: string, module: string): string
  whole(name: string, module: string): string
}

function loader(style: ModuleStyle): Loader {
  return style === 'import'
    ? {
        names: (names, module) => `import { ${names} } from '${module}'`,
        whole: (name, module) => `import ${name} from '${module}'`,
      }
    : {
        names: (names, module) => `const { ${names} } = require('${module}')`,
        whole: (name, module) => `const ${name} = require('${module}')`,
      }
}

const typeImports = `
import type { ApiKey } from '@claviger/core'
import type { KeyStore } from '@claviger/core/store'
import type { Denial } from '@claviger/core/http'

export type Told = Denial`

const misspelt = `
// @ts-expect-error: a misspelt permission
void (() => auth.require('prompts:raed'))`

function express(typed: boolean): string {
  return `
const app = express()
app.use('/v1', auth.authenticate())
app.get('/v1/prompts', auth.require('prompts:read'), (req, res) => {
  ${typed ? 'const apiKey: ApiKey | undefined = req.apiKey' : 'const { apiKey } = req'}
  ${typed ? '// @ts-expect-error: neither any nor unknown' : ''}
  ${typed ? 'const wrong: number = req.apiKey' : 'const wrong = undefined'}
  res.json({ id: apiKey?.id, wrong: wrong === undefined })
})
`
}

function koa(typed: boolean): string {
  return `
const app = new Koa()
app.use(auth.authenticate())
app.use(auth.require('prompts:read'))
app.use((ctx) => {
  ${typed ? 'const apiKey: ApiKey | undefined = ctx.state.apiKey' : 'const { apiKey } = ctx.state'}
  ctx.body = { id: apiKey?.id }
})
`
}
