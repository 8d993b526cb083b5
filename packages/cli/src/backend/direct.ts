import { type Keyring, type LimitDefinition, systemActor } from '@claviger/core'
import { managementApi } from '@claviger/management'
import { managementClient } from '@claviger/management/client'
import { CliError } from '../exits/cli-error.ts'
import { apiBackend } from './api-backend.ts'
import type { Backend } from './backend.types.ts'

/** What a direct backend is made of. */
export interface DirectParts extends Pick<Backend, 'place' | 'defaults' | 'close'> {
  readonly keyring: Keyring
  /** The limits of the API, of which the state is shown. */
  readonly limits: readonly LimitDefinition[] | undefined
  readonly workspace: string
  /**
   * False when nothing but the store is known: then keys may be read and power taken away, and what depends on
   * permissions, owners or peppers is refused.
   */
  readonly isComplete: boolean
  readonly now: () => number
}

/**
 * Keys on a store that this process has open, as the system. The management API answers within this process, so that rules
 * and shapes are those of a server.
 */
export function directBackend(parts: DirectParts): Backend {
  const { keyring, limits, workspace, isComplete, place, defaults, close, now } = parts
  const actor = systemActor(workspace, { origin: { userAgent: 'claviger-cli' } })
  const api = managementApi({ keyring, limits, authorize: () => actor, onError: () => undefined })
  const client = managementClient({ baseUrl: 'http://this-process.invalid', fetch: (request) => api.fetch(request) })
  return apiBackend({
    kind: 'direct',
    place: `${place}, workspace ${workspace}`,
    revocationWithinMs: keyring.guarantees().revocation.otherProcessesWithinMs,
    defaults,
    environments: isComplete ? keyring.environments : undefined,
    client,
    complete() {
      if (isComplete) return client
      throw new CliError(
        'usage',
        'config_needed',
        'This needs the configuration of the product: its permissions, owners and peppers are not in the store.',
        'Run it where claviger.config.mjs is, or pass --config.',
      )
    },
    now,
    close,
  })
}
