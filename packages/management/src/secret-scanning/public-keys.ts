import { ConfigurationError, UnavailableError } from '@claviger/core'
import { parseOptions } from '@claviger/core/store'
import { readText } from '../web/read-text.ts'

/**
 * The public key of an identifier, in PEM; undefined when there is none.
 *
 * @throws when that cannot be found out: the report is answered 503, and sent again
 */
export type PublicKeyOf = (identifier: string) => string | undefined | Promise<string | undefined>

/** Options of `githubPublicKeys`. */
export interface GithubPublicKeysOptions {
  /** Where the keys are. Default: GitHub's own address. */
  readonly url?: string | undefined
  /** How they are fetched. Default: `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Milliseconds that never go back. Default: `performance.now`. */
  readonly now?: (() => number) | undefined
}

const address = 'https://api.github.com/meta/public_keys/secret_scanning'
const freshMs = 3_600_000
// An identifier that no one knows asks GitHub at most this often.
const pauseMs = 60_000
// After a failure it is asked again sooner.
const failurePauseMs = 5_000
const maxBytes = 262_144
const timeoutMs = 5_000

/**
 * The keys that GitHub signs its reports with: fetched when one is needed, kept for an hour, and asked for again at most
 * once a minute for identifiers that are not among them. When GitHub cannot be reached, keys that are known stay in use.
 *
 * @throws {ConfigurationError} for an option that does not exist, or a URL that is not HTTPS
 */
export function githubPublicKeys(given?: GithubPublicKeysOptions): PublicKeyOf {
  const options = parseOptions<GithubPublicKeysOptions>('githubPublicKeys', given, ['url', 'fetch', 'now'])
  const { url = address, fetch: ask = fetch, now = () => performance.now() } = options
  if (!/^https:\/\/|^http:\/\/(?:127\.0\.0\.1|localhost)[:/]/.test(url)) {
    throw new ConfigurationError('url', 'Expected an address with https: who changes the keys on their way can sign.')
  }
  let keys: ReadonlyMap<string, string> = new Map()
  let fetchedAt = Number.NEGATIVE_INFINITY
  let askAgainAt = Number.NEGATIVE_INFINITY
  let failure: unknown
  let loading: Promise<void> | undefined

  const load = async (): Promise<void> => {
    try {
      keys = await fetchKeys(ask, url)
      fetchedAt = now()
      askAgainAt = fetchedAt + pauseMs
      failure = undefined
    } catch (error) {
      askAgainAt = now() + failurePauseMs
      failure = error
    } finally {
      loading = undefined
    }
  }

  return async (identifier) => {
    const isFresh = now() - fetchedAt < freshMs
    if (!(isFresh && keys.has(identifier)) && (loading !== undefined || now() >= askAgainAt)) await (loading ??= load())
    const key = keys.get(identifier)
    if (key === undefined && failure !== undefined) throw unavailable(failure)
    return key
  }
}

function unavailable(cause: unknown): Error {
  return new UnavailableError('store', 'The public keys of secret scanning could not be fetched.', { cause })
}

async function fetchKeys(
  ask: NonNullable<GithubPublicKeysOptions['fetch']>,
  url: string,
): Promise<Map<string, string>> {
  const response = await ask(url, {
    headers: { accept: 'application/json', 'user-agent': 'claviger' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (!response.ok) throw new Error(`The public keys were answered with ${response.status}.`)
  const read = await readText(response, maxBytes)
  if (!read.ok) throw new Error('The public keys could not be read.')
  const { public_keys: list } = Object(JSON.parse(read.text)) as { readonly public_keys?: unknown }
  const keys = new Map<string, string>()
  for (const each of Array.isArray(list) ? list : []) {
    const { key_identifier: identifier, key } = Object(each) as Readonly<Record<string, unknown>>
    if (typeof identifier === 'string' && typeof key === 'string') keys.set(identifier, key)
  }
  if (keys.size === 0) throw new Error('No public keys came.')
  return keys
}
