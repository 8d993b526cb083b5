import type { KeyStore } from '@claviger/core'
import type { SqlDialectName } from '@claviger/store-sql'

/** A store, with what the command line does beside the store contract. */
export interface OpenStore {
  readonly store: KeyStore
  /** Where it is, as it may be shown. */
  readonly place: string
  /** Undefined for stores without tables. */
  readonly dialect?: SqlDialectName | undefined
  /** Creates and alters the tables. Undefined for stores without any. */
  readonly migrate?: (() => Promise<readonly string[]>) | undefined
  /** The clock of the server, epoch milliseconds. Undefined where there is none. */
  readonly serverTime?: (() => Promise<number>) | undefined
  /** Closes what was opened for it. */
  close(): Promise<void>
}

/** How a store is opened. */
export interface OpenStoreOptions {
  /** Where drivers are looked for, and relative files start. */
  readonly directory: string
  readonly storeOptions: Readonly<Record<string, unknown>>
  /** Whether a file that is not there may be made. */
  readonly mayCreate: boolean
}
