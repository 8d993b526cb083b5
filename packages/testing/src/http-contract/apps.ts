import type { ApiKey, Keyring } from '@claviger/core'
import type { ContractApp, ContractAuthOptions, ContractKit } from './options.ts'

/** What the default handler returns about the key it got. */
export function keySeen(apiKey: ApiKey | undefined): { key: string | null } {
  return { key: apiKey?.id ?? null }
}

/** `authenticate()` before a handler that tells whose key it saw, at `/`. */
export function plainApp(keyring: Keyring, options: ContractAuthOptions = {}): ContractApp {
  return {
    keyring,
    options,
    routes: ({ auth, handle }) => ({ '/': [auth.authenticate(), handle(keySeen)] }),
  }
}

/** `authenticate()` and then these guards before the usual handler, at `/`. */
export function guardedApp(
  keyring: Keyring,
  guards: <Middleware>(auth: ContractKit<Middleware>['auth']) => readonly Middleware[],
  options: ContractAuthOptions = {},
): ContractApp {
  return {
    keyring,
    options,
    routes: ({ auth, handle }) => ({ '/': [auth.authenticate(), ...guards(auth), handle(keySeen)] }),
  }
}
