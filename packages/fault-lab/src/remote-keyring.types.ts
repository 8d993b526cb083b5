import type { LabSettings, StoreSetUp } from './protocol.ts'

/** How such a process is set up: JSON in `CLAVIGER_LAB_REMOTE`. */
export interface RemoteSetUp {
  readonly store: StoreSetUp
  readonly settings?: LabSettings
  /** Options that only one of the versions has. */
  readonly options?: Readonly<Record<string, unknown>>
  /** What imported tokens look like, for a version that knows them. */
  readonly importedPattern?: string
  /** Whether it applies its migrations before it serves, as some hosts do. */
  readonly migrates?: boolean
  /** Whether it takes events, and keeps them until it is asked. */
  readonly remembers?: boolean
}

/** One call of a method. */
export interface RemoteCall {
  readonly id: number
  readonly on: 'keyring' | 'store' | 'keys' | 'accounts' | 'lab'
  readonly method: string
  readonly args: readonly unknown[]
}

/** What became of it. */
export type RemoteAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } }
