import type { Door } from '../door.types.ts'
import type { Keyring } from '../keyring.types.ts'
import type { ApiKeys } from '../verification/api-key.ts'
import type { Refused } from '../verification/verification.ts'
import { type Declared, parseDemand } from './requirement.ts'

// What no verification of this keyring gave is no key of it.
const forged: Refused = Object.freeze({ ok: false, code: 'invalid_key' })

/**
 * Judges keys that were verified. Handlers ask once, and are checked each time; the guards of routes ask the same of
 * every request, and are checked when they are made.
 */
export function authorization(apiKeys: ApiKeys, declared: Declared): Pick<Keyring, 'authorize'> & Pick<Door, 'guards'> {
  return {
    authorize(apiKey, requirement) {
      const demanded = parseDemand('authorize', requirement, declared)
      return apiKeys.isOurs(apiKey) ? apiKeys.refusal(apiKey, demanded) : forged
    },

    guards: {
      requirement(requirement) {
        const demanded = parseDemand('guards.requirement', requirement, declared)
        return (apiKey) => apiKeys.refusal(apiKey, demanded)
      },
      workspace: apiKeys.workspaceRefusal,
      resource: apiKeys.resourceRefusal,
    },
  }
}
