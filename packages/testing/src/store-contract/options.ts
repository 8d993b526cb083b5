import type { KeyStore } from '@claviger/core/store'

/** An empty store for one test, and what only some stores can offer to test them harder. */
export interface StoreUnderTest {
  readonly store: KeyStore
  /** Another handle on the same data, as another process would open it. The suite does not close it: `close` does. */
  second?(): Promise<KeyStore>
  /** Closes the store and opens its data again. For stores that outlive their process. */
  reopen?(): Promise<KeyStore>
  /** Puts this text where the key `id` is stored, behind the store's back, as an accident would. */
  writeRaw?(id: string, raw: string): Promise<void>
  /** Removes the data and closes every handle. */
  close(): Promise<void>
}

/** Registers one test. */
export interface ContractTest {
  (title: string, body: (...context: unknown[]) => Promise<void>): unknown
  /** Registers one that is reported as skipped. */
  readonly skip?: (title: string, body: () => Promise<void>) => unknown
}

/** The two functions of a test runner that the suite needs: those of vitest, `node:test` or Jest fit. */
export interface ContractRunner {
  describe(title: string, body: () => void): unknown
  readonly test: ContractTest
}

/** What a store may leave out, and what its harness may. */
export type OptionalMethod = keyof Omit<KeyStore, 'find' | 'list' | 'commit'> | 'second' | 'reopen' | 'writeRaw'

/** What `storeContract` takes. `Made` is what `makeStore` gives, with everything the hooks need. */
export interface StoreContractOptions<Made extends StoreUnderTest = StoreUnderTest> {
  /** Names the store in the report. */
  readonly name: string
  /** Called once per test; stores must not see each other's data. */
  makeStore(): Promise<Made>
  readonly runner: ContractRunner
  /**
   * Makes the server refuse writes while it goes on to answer reads, as a primary that became a replica does. Resolves
   * with the way back. Without it, that `poll` notices is not tested.
   */
  demote?(made: Made): Promise<() => Promise<void>>
  /**
   * Takes all data away, behind the store's back, as an accident would. Without it, that `poll` notices is not tested.
   */
  lose?(made: Made): Promise<void>
  /**
   * What the store or its harness does not have: the tests that need it are reported as skipped, and the others find
   * out whether it is really absent. Jest needs to know, since a Jest test cannot skip itself: what is absent and not
   * listed fails there. vitest and `node:test` find out by themselves. Default: nothing.
   */
  readonly leavesOut?: readonly OptionalMethod[]
}
