import { createKeyring } from '@claviger/core'
import type { FollowSetUp } from './protocol.ts'
import { settingsOf } from './settings.ts'
import { openStore } from './stores.ts'

// A host process that follows the activity log and hands each line to its parent, which stands for what the host feeds.
const setUp = JSON.parse(process.env.CLAVIGER_LAB_FOLLOWER ?? '') as FollowSetUp
const { store, close } = openStore(setUp.store)
const keyring = createKeyring<string, string>({ ...settingsOf({}), store, owners: 'unbounded', onError: () => {} })
const { name, pollMs, leaseMs, batchSize } = setUp

process.on('disconnect', () => process.exit(0))
process.on('message', () => {
  void keyring
    .close()
    .then(close)
    .catch(() => {})
    .finally(() => process.exit(0))
})
await keyring.ready()
// A line is done when the parent's end of the pipe has it: what still waits here dies with this process.
const handedOver = (line: object): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send?.(line, (error: Error | null) => (error === null ? resolve() : reject(error)))
  })
keyring.follow(name, ({ id, position }) => handedOver({ id, position }), { pollMs, leaseMs, batchSize })
process.send?.({ type: 'ready' })
