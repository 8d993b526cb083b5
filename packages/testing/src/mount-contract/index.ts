import { parseOptions } from '@claviger/core/store'
import { answers } from './answers.ts'
import { bodies } from './bodies.ts'
import { faults } from './faults.ts'
import { headers } from './headers.ts'
import type { MountContractOptions } from './options.ts'
import { paths } from './paths.ts'
import { createMountSuite } from './suite.ts'

const groups = { paths, headers, bodies, answers, 'faults and clients that leave': faults } as const

/**
 * The contract of `mount`, executable: registers its tests with the given runner. Requests go over real sockets, with
 * HTTP/1.1 and HTTP/2.
 *
 * @example
 * import { describe, test } from 'vitest'
 *
 * mountContract({ name: 'my framework', runner: { describe, test }, serve: serveWithMyMount })
 *
 * @throws {ConfigurationError} for an option that does not exist
 */
export function mountContract(given: MountContractOptions): void {
  const options = parseOptions<MountContractOptions>('mountContract', given, ['name', 'serve', 'runner', 'hasParsers'])
  const suite = createMountSuite(options)
  suite.describe(`mount contract: ${options.name}`, () => {
    for (const [title, group] of Object.entries(groups)) suite.describe(title, () => group(suite))
  })
}
