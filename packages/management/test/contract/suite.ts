import { afterEach, describe, test } from 'vitest'
import { type Serve, world } from '../support/world.ts'
import { access } from './access.ts'
import { conforming } from './conformance.ts'
import { imports } from './imports.ts'
import { input } from './input.ts'
import { races } from './races.ts'
import { secrets } from './secrets.ts'

/** How a framework serves the API. */
export interface ManagementContractOptions {
  readonly name: string
  readonly serve: Serve
}

/**
 * What holds of the management API however it is served. Every answer is compared with the OpenAPI document.
 */
export function managementContract({ name, serve }: ManagementContractOptions): void {
  const groups = { access, input, imports, secrets, races }
  describe.each(Object.entries(groups))(`the management API on ${name}: %s`, (_, rows) => {
    let close = async (): Promise<void> => {}
    afterEach(() => close())

    test.each(rows)('$title', async ({ options, keyring, run }) => {
      const given = await world(options, keyring, serve)
      close = given.close
      await run({ ...given, send: conforming(given.send) })
    })
  })
}
