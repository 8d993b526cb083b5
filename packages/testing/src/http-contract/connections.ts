import { setImmediate } from 'node:timers/promises'
import type { KeyStore } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { type Gate, gate } from '../gate.ts'
import { keySeen } from './apps.ts'
import { assertPassed } from './expect.ts'
import type { ContractApp } from './options.ts'
import { sendAndLeave } from './send.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

/** Clients that leave, and applications that answer out of turn. */
export function connections({ test, serving, fixture }: Suite): void {
  for (const name of ['reader', 'unknown'] as const) {
    test(`a client that leaves during the verification hurts no one (${name})`, async () => {
      const { restart, tokens, ids } = await fixture()
      const left = gate()
      const { wrap, asked, goOn } = pausedStore()
      const keyring = restart(wrap)
      const heard = await listening(async () => {
        await serving(
          {
            keyring,
            routes: ({ auth, use, handle }) => ({
              '/': [use((_, res) => void res.once('close', left.open)), auth.authenticate(), handle(keySeen)],
            }),
          },
          async (send, port) => {
            const leave = sendAndLeave(port, withKey(tokens[name]))
            await asked.wait()
            leave()
            await left.wait()
            goOn.open()
            for (let turn = 0; turn < 5; turn += 1) await setImmediate()
            assertPassed(await send(withKey(tokens.writer)), { key: ids.writer })
          },
        )
      })
      assert.deepEqual(heard.errors, [])
    })
  }

  test('a request that other code answered during the verification is left alone', async () => {
    const { restart, tokens } = await fixture()
    const { wrap, asked, goOn } = pausedStore()
    const keyring = restart(wrap)
    let handled = 0
    await serving(
      {
        keyring,
        routes: ({ auth, use, handle }) => ({
          '/': [
            use((_, res) => {
              const answer = async (): Promise<void> => {
                await asked.wait()
                res.statusCode = 504
                res.end('too late')
                goOn.open()
              }
              void answer()
            }),
            auth.authenticate(),
            handle(() => ({ handled: (handled += 1) })),
          ],
        }),
      },
      async (send) => {
        const reply = await send(withKey(tokens.reader))
        assert.deepEqual([reply.status, reply.body], [504, 'too late'])
        for (let turn = 0; turn < 5; turn += 1) await setImmediate()
        assert.equal(handled, 0)
      },
    )
  })

  test('when headers were sent before, the connection is cut and nothing passes', async () => {
    const { keyring, tokens } = await fixture()
    let handled = 0
    const app: ContractApp = {
      keyring,
      routes: ({ auth, use, handle }) => ({
        '/': [
          use(async (_, res) => {
            res.writeHead(200, { 'Content-Type': 'text/plain' })
            res.write('begun')
            await setImmediate()
          }),
          auth.authenticate(),
          handle(() => ({ handled: (handled += 1) })),
        ],
      }),
    }
    for (const request of [{}, withKey(tokens.reader), withKey(tokens.unknown)]) {
      const heard = await listening(() =>
        serving(app, async (send) => {
          const { text } = await send(request)
          assert.ok(!text.endsWith('0\r\n\r\n'), 'the response was completed')
        }),
      )
      assert.deepEqual(heard.warnings, ['CLAVIGER_HEADERS_SENT'])
    }
    assert.equal(handled, 0)
  })

  test('the next middleware runs exactly once, hot and cold', async () => {
    const { restart, tokens } = await fixture()
    let visits = 0
    await serving(
      {
        keyring: restart(),
        routes: ({ auth, use, handle }) => ({
          '/': [
            auth.authenticate(),
            use(() => void (visits += 1)),
            auth.require('docs:read'),
            handle(() => ({ visits })),
          ],
        }),
      },
      async (send) => {
        for (let round = 1; round <= 3; round += 1) {
          assertPassed(await send(withKey(tokens.reader)), { visits: round })
        }
      },
    )
  })
}

/** A store that tells when it is asked for keys, and answers when it may. */
function pausedStore(): { wrap: (store: KeyStore) => KeyStore; asked: Gate; goOn: Gate } {
  const asked = gate()
  const goOn = gate()
  const wrap = (store: KeyStore): KeyStore => ({
    ...store,
    async find(ids) {
      asked.open()
      await goOn.wait()
      return store.find(ids)
    },
  })
  return { wrap, asked, goOn }
}
