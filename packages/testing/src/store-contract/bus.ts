import type { Announcement, BusListener, KeyStore } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testRecord } from '../records.ts'
import { accepted, change, committed, insert, same, update } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const announcements: readonly Announcement[] = [
  { type: 'key', id: testRecord().id },
  { type: 'owner', workspaceId: 'w', owner: { type: 'user', id: '\u{1f511}' } },
]

/** The bus makes changes heard sooner. No test here waits for a time: the last message expected ends the wait. */
export const bus: ContractGroup = {
  title: 'bus',
  define(test) {
    test('delivers each change to every listener once it has subscribed, with storeId and announcements', async ({
      store,
      need,
    }) => {
      const { subscribe } = need('subscribe')
      const [first, second] = [recorder(), recorder()]
      const subscriptions = [await subscribe(first.listener), await subscribe(second.listener)]
      const made = [change({ announcements }), change({ writes: [insert(testRecord())] })]
      const expected: unknown[] = []
      for (const one of made) {
        expected.push({ ...accepted(await store.commit(one)), announcements: one.announcements })
      }
      for (const { heard } of [first, second]) same((await heard(2)).toSorted(byEpoch), expected)
      for (const subscription of subscriptions) await subscription.close()
    })

    test('delivers nothing for silent and for refused commits', async ({ store, need }) => {
      const { subscribe } = need('subscribe')
      const { listener, heard } = recorder()
      const subscription = await subscribe(listener)
      await store.commit(change({ announcements, silent: true }))
      await store.commit(change({ writes: [update(testRecord())], announcements }))
      const loud = change()
      accepted(await store.commit(loud))
      assert.deepEqual((await heard(1)).map(nonceOf), [loud.nonce])
      await subscription.close()
    })

    test('delivers nothing any more after the subscription was closed, and goes on for the others', async ({
      store,
      need,
    }) => {
      const { subscribe } = need('subscribe')
      const [closed, open] = [recorder(), recorder()]
      const subscription = await subscribe(closed.listener)
      const stays = await subscribe(open.listener)
      await subscription.close()
      await committed(store)
      await open.heard(1)
      same(closed.messages, [])
      await stays.close()
    })

    test('carries changes of another handle on the same data', async ({ need }) => {
      const { subscribe, second } = need('subscribe', 'second')
      const other: KeyStore = await second()
      const { listener, heard } = recorder()
      const subscription = await subscribe(listener)
      const made = change({ announcements })
      const head = accepted(await other.commit(made))
      same(await heard(1), [{ ...head, announcements }])
      await subscription.close()
    })

    test('lets a subscription be closed twice', async ({ need }) => {
      const { subscribe } = need('subscribe')
      const subscription = await subscribe(recorder().listener)
      await subscription.close()
      await subscription.close()
    })
  },
}

interface Recorder {
  readonly listener: BusListener
  readonly messages: readonly unknown[]
  /** Resolves with all messages once there are so many. */
  readonly heard: (count: number) => Promise<readonly unknown[]>
}

function recorder(): Recorder {
  const messages: unknown[] = []
  let check = (): void => {}
  return {
    messages,
    listener: {
      message(message) {
        messages.push(message)
        check()
      },
      down() {},
      up() {},
    },
    heard: (count) =>
      new Promise((resolve) => {
        check = () => {
          if (messages.length >= count) resolve(messages)
        }
        check()
      }),
  }
}

function nonceOf(message: unknown): unknown {
  return (message as { nonce?: unknown }).nonce
}

function byEpoch(a: unknown, b: unknown): number {
  return (a as { epoch: number }).epoch - (b as { epoch: number }).epoch
}
