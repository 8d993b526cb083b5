import { type Keyring, systemActor } from '@claviger/core'
import type { Permission } from './keyring.ts'

/** The keys the tour goes on, each as its token. */
interface Keys {
  readonly development: string
  readonly production: string
  readonly listOnly: string
  readonly ofGrace: string
  readonly revoked: string
  readonly globex: string
}

/** One request to try. */
interface Stop {
  /** Status and, for a refusal, code. */
  readonly expected: string
  readonly because: string
  readonly path: string
  /** The value of `Authorization`. */
  readonly credential?: string
}

/** Makes keys, and the text that shows what they are good for: shell lines, ready to paste. */
export async function makeTour(keyring: Keyring<Permission>, baseUrl: string): Promise<string> {
  const keys = await makeKeys(keyring)
  return [
    `The prompts API listens on ${baseUrl}. Stop it with Ctrl+C.`,
    `Its keys have a page: ${baseUrl}/settings/api-keys`,
    '',
    '# Keys of workspace acme. A token is shown once; these end with the server.',
    `DEVELOPMENT_KEY=${keys.development}`,
    `PRODUCTION_KEY=${keys.production}`,
    '',
    '# Paste these into another terminal. Each says what it must give.',
    ...stops(keys).map((stop) => linesOf(stop, baseUrl)),
    '',
  ].join('\n')
}

async function makeKeys(keyring: Keyring<Permission>): Promise<Keys> {
  // In an application the actor comes from the session of the logged-in user; scripts may do everything in a workspace.
  const acme = keyring.as(systemActor('acme'))
  const globex = keyring.as(systemActor('globex'))
  const ada = { type: 'user', id: 'ada' } as const
  const grace = { type: 'user', id: 'grace' } as const

  const [development, production, listOnly, ofGrace, lost, other] = await Promise.all([
    acme.create({ name: "Ada's laptop", environment: 'development', owner: ada }),
    acme.create({ name: 'Website', environment: 'production', owner: ada }),
    acme.create({ name: 'Dashboard', environment: 'production', owner: ada, permissions: ['prompts:list'] }),
    acme.create({ name: "Grace's script", environment: 'development', owner: grace }),
    acme.create({ name: 'Lost laptop', environment: 'development', owner: ada }),
    globex.create({ name: 'Website', environment: 'production', owner: grace }),
  ])
  await acme.revoke(lost.key.id, { reason: 'The laptop was left on a train.' })

  return {
    development: development.token,
    production: production.token,
    listOnly: listOnly.token,
    ofGrace: ofGrace.token,
    revoked: lost.token,
    globex: other.token,
  }
}

function stops(keys: Keys): readonly Stop[] {
  return [
    { expected: '200', because: 'a good key', path: '/v1/prompts', credential: `Bearer ${keys.production}` },
    { expected: '401 missing_credentials', because: 'no key', path: '/v1/prompts' },
    {
      expected: '401 malformed_key',
      because: 'quotes around the key, as "hint" says',
      path: '/v1/prompts',
      credential: `Bearer "${keys.production}"`,
    },
    {
      expected: '401 key_revoked',
      because: 'the key was revoked',
      path: '/v1/prompts',
      credential: `Bearer ${keys.revoked}`,
    },
    {
      expected: '403 insufficient_permission',
      because: 'the key may only list',
      path: '/v1/context/brand-voice.md',
      credential: `Bearer ${keys.listOnly}`,
    },
    {
      expected: '403 owner_lacks_permission',
      because: 'the key was given it, but Grace, who owns it, may not download',
      path: '/v1/context/brand-voice.md',
      credential: `Bearer ${keys.ofGrace}`,
    },
    {
      expected: '401 wrong_workspace',
      because: 'a key of globex on a route of acme',
      path: '/v1/ws/acme/prompts',
      credential: `Bearer ${keys.globex}`,
    },
  ]
}

// Single quotes are safe: neither tokens nor paths contain one.
function linesOf({ expected, because, path, credential }: Stop, baseUrl: string): string {
  const header = credential === undefined ? '' : ` -H 'Authorization: ${credential}'`
  return `\n# ${expected}: ${because}\ncurl -i ${baseUrl}${path}${header}`
}
