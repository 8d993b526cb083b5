import type { Tokens } from './tour-keys.ts'

/** One request to try. */
interface Stop {
  /** Status and, for a refusal, code. */
  readonly expected: string
  readonly because: string
  readonly path: string
  /** The value of `Authorization`. */
  readonly credential?: string
}

/** What the tour says besides its keys. */
export interface Place {
  /** Where the server listens. */
  readonly url: string
  /** Where keys are kept, in words. */
  readonly where: string
  /** Whether they are there at the next start. */
  readonly isKept: boolean
}

/** The text that shows what the keys are good for: shell lines, ready to paste. */
export function tourText(tokens: Tokens, { url, where, isKept }: Place): string {
  const lasting = isKept ? 'the next start shows the same ones' : 'these end with the server'
  return [
    `The prompts API listens on ${url}. Stop it with Ctrl+C.`,
    `The page of its keys, with 90 days of made-up usage: ${url}/settings/api-keys`,
    `Keys are kept in ${where}.${isKept ? ' To start over: npm start -- --reset' : ''}`,
    '',
    `# Keys of workspace acme: ${lasting}.`,
    `DEVELOPMENT_KEY=${tokens.development}`,
    `PRODUCTION_KEY=${tokens.production}`,
    '',
    '# Paste these into another terminal. Each says what it must give.',
    ...stops(tokens).map((stop) => linesOf(stop, url)),
    '',
  ].join('\n')
}

function stops(keys: Tokens): readonly Stop[] {
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
