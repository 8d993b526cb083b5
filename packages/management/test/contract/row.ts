import type { KeyringOptions } from '@claviger/core'
import type { ManagementOptions } from '../../src/index.ts'
import type { World } from '../support/world.ts'

/** One thing that holds however the API is served. */
export interface Row {
  readonly title: string
  readonly options?: Partial<ManagementOptions>
  readonly keyring?: Partial<KeyringOptions>
  /** Every answer of `send` is compared with the OpenAPI document, too. */
  readonly run: (given: World) => Promise<void>
}
