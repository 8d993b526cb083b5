import { assert } from '../assert.ts'
import { send } from '../http-contract/send.ts'
import { echo, seenIn } from './echo.ts'
import type { MountPlace } from './options.ts'
import type { MountSuite } from './suite.ts'

const places: readonly (readonly [title: string, place: MountPlace, asked: string])[] = [
  ['at the root', { path: '/' }, ''],
  ['at a path', { path: '/x' }, '/x'],
  ['at a path with a slash at its end', { path: '/x/' }, '/x'],
  ['at a path of several segments', { path: '/api/api-keys' }, '/api/api-keys'],
  ['at a path with a parameter', { path: '/:ws/x' }, '/acme/x'],
  ['in a router', { path: '/x', inside: '/outer' }, '/outer/x'],
  ['at a path with a parameter, in a router', { path: '/:ws/x', inside: '/outer' }, '/outer/acme/x'],
]

// What is asked below the mount, and what the handler sees of it.
const below: readonly (readonly [asked: string, seen: string])[] = [
  ['/', '/'],
  ['/keys', '/keys'],
  ['/keys/', '/keys/'],
  ['/keys?limit=1&q=a%20b+c', '/keys?limit=1&q=a%20b+c'],
  ['/keys//7', '/keys//7'],
  ['/a%2Fb/%C3%A9%00', '/a%2Fb/%C3%A9%00'],
  ['/%61', '/%61'],
  ['/a;v=1/b:c@d', '/a;v=1/b:c@d'],
  ['/x/keys', '/x/keys'],
]

/** Where a handler can be mounted, and what it sees of the path. */
export function paths({ test, describe, serving, hasParsers }: MountSuite): void {
  for (const isHttp2 of [false, true]) {
    for (const isParsed of hasParsers ? [false, true] : [false]) {
      describe(`${isHttp2 ? 'HTTP/2' : 'HTTP/1.1'}, ${isParsed ? 'after' : 'without'} body parsers`, () => {
        for (const [title, place, asked] of places) {
          test(`${title} the handler gets what is below it`, async () => {
            await serving({ handler: echo, place, isHttp2, isParsed }, async (ask) => {
              for (const [path, expected] of below) {
                const reply = await ask({ path: asked + path })
                const seen = seenIn(reply.body)
                assert.deepEqual([reply.status, seen.path, seen.originalUrl], [200, expected, asked + path])
                assert.deepEqual([seen.method, seen.hasNative, seen.origin], ['GET', true, 'http://contract.test'])
              }
              for (const query of ['', '?a=1']) {
                const { path } = seenIn((await ask({ path: (asked || '/') + query })).body)
                assert.equal(path, `/${query}`)
              }
              const posted = seenIn(
                (
                  await ask({
                    method: 'POST',
                    path: `${asked}/keys`,
                    headers: { 'content-type': 'application/json' },
                    body: '{"name":"caf\u00e9"}',
                  })
                ).body,
              )
              assert.deepEqual(JSON.parse(Buffer.from(posted.body, 'latin1').toString()), { name: 'caf\u00e9' })
            })
          })
        }
      })
    }
  }

  test('a request beside the mount goes on to what is behind it', async () => {
    for (const place of [{ path: '/x' }, { path: '/x/' }, { path: '/:ws/x' }, { path: '/x', inside: '/outer' }]) {
      await serving({ handler: echo, place }, async (ask) => {
        for (const path of ['/', '/xy', '/acme', '/outer', '/outer/y', '/acme/xy']) {
          const reply = await ask({ path })
          assert.deepEqual([reply.status, reply.body.toString()], [404, 'behind'], path)
        }
      })
    }
  })

  test('dot segments are refused, since the handler would see another path than the host did', async () => {
    await serving({ handler: echo }, async (_, port) => {
      for (const path of ['/x/a/../b', '/x/./a', '/x/%2e%2E/a', '/x/a/..', '/x/.%2e?q', '/x/a/%2e']) {
        const reply = await send(port, { path })
        assert.ok(reply.status === 400 || reply.status === 404, `${path}: ${reply.status}`)
        assert.ok(!reply.body.includes('originalUrl'), path)
      }
      assert.equal(seenIn((await send(port, { path: '/x/a?b=/../c' })).body).path, '/a?b=/../c')
      assert.equal(seenIn((await send(port, { path: '/x/..a/b..' })).body).path, '/..a/b..')
    })
  })

  test('a backslash, a quote and raw bytes keep their place in the path', async () => {
    await serving({ handler: echo }, async (_, port) => {
      for (const [path, expected] of [
        ['/x/a\\..\\b', '/a%5C..%5Cb'],
        ['/x/caf\u00c3\u00a9', '/caf%C3%A9'],
        ['/x/a"b', '/a%22b'],
      ] as const) {
        const reply = await send(port, { path })
        // Some servers refuse such a target, and some frameworks find nothing there.
        if (reply.status === 200) assert.equal(seenIn(reply.body).path, expected)
      }
    })
  })

  test('a target with scheme and host is read as the path in it', async () => {
    await serving({ handler: echo }, async (_, port) => {
      const raw = 'GET http://evil.test:9/x/keys?a=1 HTTP/1.1\r\nHost: contract.test\r\nConnection: close\r\n\r\n'
      const reply = await send(port, { raw })
      // Koa does not route such a target.
      if (reply.status === 404) return
      const seen = seenIn(reply.body)
      assert.deepEqual([seen.path, seen.originalUrl, seen.origin], ['/keys?a=1', '/x/keys?a=1', 'http://contract.test'])
    })
  })

  test('nothing in a Host header changes path, user or scheme', async () => {
    await serving({ handler: echo }, async (_, port) => {
      for (const host of ['evil.test/y?', 'a@b', 'a b', '', 'x:99999', '[::1', 'a\\b', '1.2.3.4.5.999', 'h#f']) {
        const raw = `GET /x/keys HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
        const reply = await send(port, { raw })
        assert.equal(reply.status, 200, host)
        const seen = seenIn(reply.body)
        assert.equal(seen.path, '/keys', host)
        // Koa reads what is behind an at sign.
        assert.ok(['http://unknown.invalid', 'http://b'].includes(seen.origin), `${host}: ${seen.origin}`)
      }
      for (const host of ['contract.test:8080', '[::1]:80', 'a_b.test', 'LOCALHOST']) {
        const raw = `GET /x/keys HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
        const seen = seenIn((await send(port, { raw })).body)
        assert.equal(seen.origin, new URL(`http://${host}`).origin)
      }
      const forwarded = [
        ['X-Forwarded-Host', 'evil.test'],
        ['X-Forwarded-Proto', 'https'],
      ] as const
      const seen = seenIn((await send(port, { path: '/x/', fields: forwarded })).body)
      assert.equal(seen.origin, 'http://contract.test')
      const old = seenIn((await send(port, { path: '/x/', version: '1.0' })).body)
      assert.equal(old.origin, 'http://unknown.invalid')
    })
  })
}
