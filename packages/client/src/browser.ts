import { SetupError } from './errors/errors.ts'

/** What tells a browser from a server, as far as it is there. */
interface Scope {
  readonly process?: { readonly versions?: { readonly node?: unknown }; readonly type?: unknown }
  readonly document?: unknown
  readonly DedicatedWorkerGlobalScope?: unknown
  readonly SharedWorkerGlobalScope?: unknown
  readonly registration?: unknown
}

/** Whether this is a page or a worker of a browser. Node, Bun, Deno and edge runtimes are servers, also under jsdom. */
export function isBrowser(scope: Scope): boolean {
  const { process } = scope
  // Bun and Deno set it too. The renderer of Electron is a page in spite of it.
  if (typeof process?.versions?.node === 'string' && process.type !== 'renderer') return false
  if (typeof scope.document === 'object' && scope.document !== null) return true
  const isWorker = scope.DedicatedWorkerGlobalScope !== undefined || scope.SharedWorkerGlobalScope !== undefined
  // Only the service worker of a browser has been registered.
  return isWorker || typeof scope.registration === 'object'
}

/**
 * Everything that a page can read, its visitors can read: a key in it is published.
 *
 * @throws {SetupError} in a browser
 */
export function refuseBrowser(call: string, scope: Scope = globalThis): void {
  if (!isBrowser(scope)) return
  throw new SetupError(
    'runtime',
    `${call} does not run in a browser: every visitor of the page could read the API key. ` +
      'Call the API from your server, and let the page call your server.',
  )
}
