import { setImmediate } from 'node:timers/promises'
import { type Keyring, systemActor } from '@claviger/core'
import { assert } from '../assert.ts'
import { gate } from '../gate.ts'
import { guardedApp, keySeen, plainApp } from './apps.ts'
import { assertPassed } from './expect.ts'
import { type Fixture, type KeyName, makeFixture, type TokenName } from './fixture.ts'
import type { ContractApp, ContractAuthOptions } from './options.ts'
import { sendAndLeave, type WireRequest } from './send.ts'
import { type Send, type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

const network = '203.0.0.0/16'
/** Clients are at 203.0.113.7, as the host says. */
const there: ContractAuthOptions = { clientAddress: () => '203.0.113.7' }

/** A request with a `User-Agent`, or with several. */
function by(...agents: readonly string[]): WireRequest {
  return { fields: agents.map((agent) => ['User-Agent', agent] as const) }
}

/** Who is kept as the user of a key, with `usage: { callers: true }`. Every test has keys of its own. */
export function callers({ test, serving }: Suite): void {
  const keeping = async (
    app: (fixture: Fixture) => ContractApp,
    requests: (send: Send, fixture: Fixture, port: number) => Promise<void>,
    expected: Readonly<Partial<Record<KeyName, readonly string[]>>>,
  ): Promise<void> => {
    const fixture = await makeFixture({ usage: { callers: true } })
    await serving(app(fixture), (send, port) => requests(send, fixture, port))
    for (const name of Object.keys(fixture.ids) as KeyName[]) {
      assert.deepEqual([...(await fixture.readCallers(name))].sort(), expected[name] ?? [])
    }
    await fixture.close()
  }
  const asking =
    (token: TokenName, ...requests: readonly WireRequest[]) =>
    async (send: Send, { tokens }: Fixture): Promise<void> => {
      for (const request of requests) await send(withKey(tokens[token], request))
    }

  test('callers: the network of the connection and the first product of User-Agent are kept, cold and warm', () =>
    keeping(
      ({ keyring }) => plainApp(keyring),
      asking('reader', by('node/20.1 (linux)'), by('node/22'), by('node'), by('curl/8.5.0')),
      { reader: ['1 127.0.0.0/16 curl', '1 127.0.0.0/16 node'] },
    ))

  test('callers: what a client says of its address is not kept', () =>
    keeping(
      ({ keyring }) => plainApp(keyring),
      asking('reader', {
        fields: [
          ['X-Forwarded-For', '203.0.113.7'],
          ['User-Agent', 'node'],
        ],
      }),
      { reader: ['1 127.0.0.0/16 node'] },
    ))

  for (const [address, kept] of [
    ['203.0.113.7', network],
    ['::ffff:203.0.113.7', network],
    ['203.0.113.7:51234', network],
    ['2001:db8:1:2::3', '2001:db8:1::/48'],
    ['[2001:db8:1:2::3]:443', '2001:db8:1::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['not an address', null],
    ['', null],
    [null, null],
    [undefined, null],
  ] as const) {
    test(`callers: clientAddress that gives ${JSON.stringify(address)} leads to the network ${kept}`, () =>
      keeping(({ keyring }) => plainApp(keyring, { clientAddress: () => address }), asking('reader', by('node')), {
        reader: [`1 ${kept} node`],
      }))
  }

  test('callers: where clientAddress throws or gives no text, the request passes, no network is kept, and the host is told once', async () => {
    const wrong: readonly (() => unknown)[] = [
      () => 7,
      () => Promise.resolve('203.0.113.7'),
      () => {
        throw new Error('thrown')
      },
    ]
    for (const clientAddress of wrong) {
      const heard = await listening(() =>
        keeping(
          ({ keyring }) => plainApp(keyring, { clientAddress: clientAddress as () => string }),
          async (send, { tokens, ids }) => {
            for (let round = 0; round < 3; round += 1) {
              assertPassed(await send(withKey(tokens.reader, by('node'))), { key: ids.reader })
            }
          },
          { reader: ['1 null node'] },
        ),
      )
      assert.deepEqual(heard.warnings, ['CLAVIGER_CALLER_ADDRESS'])
      assert.equal(heard.errors.length, 1)
    }
  })

  test('callers: of several User-Agent fields the first counts, in any case of its name', () =>
    keeping(
      ({ keyring }) => plainApp(keyring, there),
      asking('reader', by('first/1', 'second/2'), { fields: [['uSER-aGENT', 'other']] }),
      { reader: [`1 ${network} first`, `1 ${network} other`] },
    ))

  test('callers: a client without User-Agent, or with garbage in it, is one without a name', () =>
    keeping(
      ({ keyring }) => plainApp(keyring, there),
      asking('reader', {}, by(''), by('(comment) node'), by('"node"'), by('x'.repeat(8_000)), by('n\u00f6de/20')),
      { reader: [`1 ${network} null`] },
    ))

  test('callers: a token in User-Agent is not kept, and the rest of the header neither', () =>
    keeping(
      ({ keyring }) => plainApp(keyring, there),
      async (send, { tokens }) => {
        for (const agent of [tokens.reader, tokens.writer.slice(0, 40), `node/20 ${tokens.reader}`]) {
          await send(withKey(tokens.reader, by(agent)))
        }
      },
      { reader: [`1 ${network} null`] },
    ))

  test('callers: during an overlap, callers with the old secret and callers with the new one are kept apart', () =>
    keeping(
      ({ keyring }) => plainApp(keyring, there),
      async (send, { keyring, tokens, ids }) => {
        const rotated = await keyring.as(systemActor('ws_acme')).rotate(ids.reader, { overlap: '1d' })
        await send(withKey(rotated.token, by('web/2')))
        await send(withKey(tokens.reader, by('nightly-import/1')))
        await send(withKey(tokens.reader, by('web/1')))
      },
      { reader: [`1 ${network} nightly-import`, `1 ${network} web`, `2 ${network} web`] },
    ))

  test('callers: a key that is refused shows who tries it, once its secret is proven, also where a key is optional', async () => {
    for (const optional of [false, true]) {
      await keeping(
        ({ keyring }) => plainApp(keyring, { ...there, optional }),
        async (send, { tokens }) => {
          for (const name of ['revoked', 'disabled', 'expired', 'rotated', 'orphan'] as const) {
            for (let round = 0; round < 2; round += 1) await send(withKey(tokens[name], by('old-cron/1')))
          }
        },
        Object.fromEntries(
          ['revoked', 'disabled', 'expired', 'rotated', 'orphan'].map((name) => [name, [`1 ${network} old-cron`]]),
        ),
      )
    }
  })

  test('callers: a key that is refused for its address or by a guard shows who tries it', () =>
    keeping(
      ({ keyring }) => guardedApp(keyring, (auth) => [auth.require('docs:write'), auth.workspace(() => 'ws_acme')]),
      async (send, { tokens }) => {
        for (const name of ['remote', 'reader', 'elsewhere', 'demoted'] as const) {
          await send(withKey(tokens[name], by('node')))
        }
      },
      Object.fromEntries(['remote', 'reader', 'elsewhere', 'demoted'].map((name) => [name, ['1 127.0.0.0/16 node']])),
    ))

  test('callers: who knows an id and not the secret shows nowhere', () =>
    keeping(
      ({ keyring }) => plainApp(keyring, { ...there, optional: true }),
      async (send, { tokens }) => {
        for (const token of [tokens.wrongSecret, tokens.unknown, tokens.reader.slice(0, -3), `${tokens.reader}x`]) {
          for (let round = 0; round < 2; round += 1) await send(withKey(token, by('scanner/1')))
        }
        await send(by('scanner/1'))
      },
      {},
    ))

  test('callers: an authenticator beside one of the application, and several on one request, note a key once', () =>
    keeping(
      ({ keyring }) => ({
        keyring,
        options: there,
        routes: ({ auth, authenticator, handle }) => ({
          '/either': [auth.either(authenticator(() => 'pass')), auth.authenticate(), handle(keySeen)],
          '/twice': [auth.authenticate({ clientAddress: () => '198.51.100.7' }), auth.authenticate(), handle(keySeen)],
        }),
      }),
      async (send, { tokens }) => {
        await send({ ...by('someone'), path: '/either' })
        await send(withKey(tokens.reader, { ...by('node'), path: '/either' }))
        await send(withKey(tokens.writer, { ...by('node'), path: '/twice' }))
      },
      { reader: [`1 ${network} node`], writer: ['1 198.51.0.0/16 node'] },
    ))

  test('callers: a client that leaves while its key is verified is kept with its network', () => {
    const [asked, answered, left] = [gate(), gate(), gate()]
    const slow = ({ restart }: Fixture): Keyring =>
      restart((store) => ({
        ...store,
        find: async (ids) => {
          asked.open()
          await answered.wait()
          return store.find(ids)
        },
      }))
    return keeping(
      (fixture) => ({
        keyring: slow(fixture),
        routes: ({ auth, use, handle }) => ({
          '/': [use((req) => void req.socket.once('close', left.open)), auth.authenticate(), handle(keySeen)],
        }),
      }),
      async (_, { tokens }, port) => {
        const leave = sendAndLeave(port, withKey(tokens.reader, by('node')))
        await asked.wait()
        leave()
        await left.wait()
        answered.open()
        for (let turn = 0; turn < 10; turn += 1) await setImmediate()
      },
      { reader: ['1 127.0.0.0/16 node'] },
    )
  })

  test('callers: nothing is kept unless it was asked for, and clientAddress is not called', async () => {
    const fixture = await makeFixture()
    let calls = 0
    const clientAddress = (): string => {
      calls += 1
      return '203.0.113.7'
    }
    await serving(plainApp(fixture.keyring, { clientAddress }), async (send) => {
      await send(withKey(fixture.tokens.reader, by('node')))
    })
    assert.deepEqual([calls, await fixture.readCallers('reader')], [0, []])
    await fixture.close()
  })
}
