/**
 * For tests: the store contract, a clock that obeys, reproducible randomness, gates for races.
 *
 * @module
 */
export { insertKey, testChange, testUsageEntry, updateKey } from './changes.ts'
export { type Gate, gate } from './gate.ts'
export { seededRandom } from './random.ts'
export { testKeyId, testRecord, testSecret, testServiceAccount } from './records.ts'
export { type TestClock, testClock } from './test-clock.ts'
export { type TestKeyring, type TestKeyringOptions, testKeyring } from './test-keyring.ts'
export { storeContract } from './store-contract/index.ts'
export type {
  ContractRunner,
  ContractTest,
  OptionalMethod,
  StoreContractOptions,
  StoreUnderTest,
} from './store-contract/options.ts'
export { httpContract } from './http-contract/index.ts'
export { type ServeOptions, serveOnLoopback } from './http-contract/serve-on-loopback.ts'
export type {
  ContractApp,
  ContractAuth,
  ContractAuthOptions,
  ContractDenial,
  ContractEitherOptions,
  ContractHost,
  ContractKit,
  ContractReply,
  ContractSelected,
  ContractServer,
  HttpContractOptions,
} from './http-contract/options.ts'
export { mountContract } from './mount-contract/index.ts'
export type { MountApp, MountContractOptions, MountedHandler, MountPlace } from './mount-contract/options.ts'
