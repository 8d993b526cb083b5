import { parseOptions } from '@claviger/core/store'
import { addresses } from './addresses.ts'
import { callers } from './callers.ts'
import { connections } from './connections.ts'
import { credentials } from './credentials.ts'
import { either } from './either.ts'
import { eitherGuards } from './either-guards.ts'
import { eitherLimits } from './either-limits.ts'
import { eitherLayers } from './either-layers.ts'
import { exchanges } from './exchange.ts'
import { failureLimits } from './failure-limits.ts'
import { guards } from './guards.ts'
import { guarded, hosts } from './hosts.ts'
import { limitEdges } from './limit-edges.ts'
import { limits } from './limits.ts'
import { onDenied } from './on-denied.ts'
import type { HttpContractOptions } from './options.ts'
import { optionalAndRepeated } from './optional.ts'
import { otherBearer } from './other-bearer.ts'
import { ownHeader } from './own-header.ts'
import { resources } from './resources.ts'
import { secrets } from './secrets.ts'
import { createSuite } from './suite.ts'
import { usage } from './usage.ts'
import { verifications } from './verifications.ts'

const groups = {
  'credentials on the wire': credentials,
  'a header of its own': ownHeader,
  'verifications on the wire': verifications,
  'addresses of clients': addresses,
  guards,
  resources,
  limits,
  'what limits count': limitEdges,
  'limits of failures': failureLimits,
  'credentials of others': otherBearer,
  'an authenticator of the application': either,
  'authenticators in layers': eitherLayers,
  'guards for others than keys': eitherGuards,
  'limits for others than keys': eitherLimits,
  'routes without a guard': guarded,
  'faults of the host': hosts,
  'optional, repeated, stripped': optionalAndRepeated,
  onDenied,
  'methods, caches, many requests': exchanges,
  connections,
  usage,
  callers,
  secrets,
} as const

/**
 * The wire contract of the adapters, executable: registers its tests with the given runner. Requests go over real
 * sockets, byte for byte; what is expected is written in literals, so that every framework that passes answers alike.
 *
 * @example
 * import { describe, test } from 'vitest'
 *
 * httpContract({ name: 'my framework', runner: { describe, test }, serve: serveWithMyAdapter })
 *
 * @throws {ConfigurationError} for an option that does not exist
 */
export function httpContract(given: HttpContractOptions): void {
  const options = parseOptions<HttpContractOptions>('httpContract', given, ['name', 'serve', 'runner'])
  const suite = createSuite(options)
  suite.describe(`HTTP contract: ${options.name}`, () => {
    for (const [title, group] of Object.entries(groups)) suite.describe(title, () => group(suite))
  })
}
