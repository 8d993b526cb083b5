import { assert } from '../assert.ts'
import { send } from '../http-contract/send.ts'
import { echo, seenIn } from './echo.ts'
import type { MountSuite } from './suite.ts'

/** What the handler sees of the request's headers. */
export function headers({ test, serving }: MountSuite): void {
  test('headers arrive as they were sent, also those that a browser would set itself', async () => {
    for (const isHttp2 of [false, true]) {
      await serving({ isHttp2, handler: echo }, async (ask) => {
        const sent = {
          authorization: 'Bearer abc',
          cookie: 'a=1; b=2',
          origin: 'https://contract.test',
          'sec-fetch-site': 'same-origin',
          'user-agent': 'contract',
          referer: 'https://contract.test/x',
        }
        const seen = seenIn((await ask({ path: '/x', headers: sent })).body)
        assert.deepEqual(Object.fromEntries(Object.keys(sent).map((name) => [name, seen.headers[name]])), sent)
        assert.equal(seen.headers['host'], 'contract.test')
        assert.ok(!Object.keys(seen.headers).some((name) => name.startsWith(':')))
      })
    }
  })

  test('a second Authorization line is not dropped', async () => {
    await serving({ handler: echo }, async (_, port) => {
      const fields = [
        ['Authorization', 'Bearer a'],
        ['authorization', 'Bearer b'],
      ] as const
      const seen = seenIn((await send(port, { path: '/x/', fields })).body)
      assert.equal(seen.headers['authorization'], 'Bearer a, Bearer b')
    })
  })

  test('what the host took away, changed or added counts', async () => {
    await serving(
      {
        before({ headers: sent }) {
          delete sent['x-user']
          sent['x-role'] = 'member'
          Object.assign(sent, { 'x-id': 7, 'not a name': 'x', 'x-name': 'Ad\u0101' })
        },
        handler: echo,
      },
      async (_, port) => {
        const fields = [
          ['X-User', 'root'],
          ['X-User', 'root'],
          ['X-Role', 'admin'],
        ] as const
        const seen = seenIn((await send(port, { path: '/x/', fields })).body)
        assert.deepEqual(
          [seen.headers['x-user'], seen.headers['x-role'], seen.headers['x-id']],
          [undefined, 'member', '7'],
        )
        assert.equal(Buffer.from(seen.headers['x-name'] ?? '', 'latin1').toString(), 'Ad\u0101')
      },
    )
  })

  test('a __proto__ header changes nothing', async () => {
    await serving({ handler: echo }, async (_, port) => {
      const fields = [
        ['__proto__', 'x'],
        ['__proto__', 'y'],
        ['X-Own', '1'],
      ] as const
      const reply = await send(port, { path: '/x/', fields })
      assert.equal(reply.status, 200)
      assert.equal(seenIn(reply.body).headers['x-own'], '1')
    })
  })
}
