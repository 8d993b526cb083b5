import { assert } from '../assert.ts'
import { gate } from '../gate.ts'
import { echo, seenIn } from './echo.ts'
import type { MountSuite } from './suite.ts'

const encoder = new TextEncoder()

/** Answers: statuses, headers, streams. */
export function answers({ test, serving }: MountSuite): void {
  const versions = [false, true]

  test('status, headers and body are those of the handler, and none is added', async () => {
    for (const isHttp2 of versions) {
      await serving(
        { isHttp2, handler: () => new Response('\u00fcber', { status: 418, headers: { 'X-Own': 'a, b' } }) },
        async (ask) => {
          const { status, headers, body } = await ask({ path: '/x' })
          assert.deepEqual([status, body.toString()], [418, '\u00fcber'])
          assert.deepEqual(
            [headers['x-own'], headers['content-type'], headers['content-length']],
            ['a, b', 'text/plain;charset=UTF-8', isHttp2 ? headers['content-length'] : '5'],
          )
        },
      )
      await serving({ isHttp2, handler: () => new Response(encoder.encode('raw')) }, async (ask) => {
        assert.equal((await ask({ path: '/x' })).headers['content-type'], undefined)
      })
    }
  })

  test('answers without a body have none', async () => {
    for (const isHttp2 of versions) {
      for (const status of [204, 205, 304]) {
        await serving(
          { isHttp2, handler: () => new Response(null, { status, headers: { ETag: '"1"' } }) },
          async (ask) => {
            const reply = await ask({ path: '/x' })
            assert.deepEqual([reply.status, reply.body.length, reply.headers['etag']], [status, 0, '"1"'])
          },
        )
      }
      await serving({ isHttp2, handler: () => new Response(null) }, async (ask) => {
        const reply = await ask({ path: '/x' })
        assert.deepEqual([reply.status, reply.body.length], [200, 0])
      })
    }
  })

  test('HEAD gets the head of the answer, whether the handler gives a body or not', async () => {
    for (const isHttp2 of versions) {
      for (const body of ['some', null]) {
        const headers = { 'Content-Type': 'text/css', 'Content-Length': '4' }
        await serving({ isHttp2, handler: () => new Response(body, { headers }) }, async (ask) => {
          const reply = await ask({ method: 'HEAD', path: '/x' })
          assert.deepEqual([reply.status, reply.body.length], [200, 0])
          assert.deepEqual([reply.headers['content-type'], reply.headers['content-length']], ['text/css', '4'])
        })
      }
    }
  })

  test('every cookie is a line of its own, beside those of the host', async () => {
    for (const isHttp2 of versions) {
      await serving(
        {
          isHttp2,
          before: (_, res) => void res.setHeader('Set-Cookie', 'host=1'),
          handler() {
            const headers = new Headers()
            headers.append('Set-Cookie', 'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT')
            headers.append('Set-Cookie', 'b=2')
            return new Response(null, { headers })
          },
        },
        async (ask) => {
          assert.deepEqual((await ask({ path: '/x' })).headers['set-cookie'], [
            'host=1',
            'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT',
            'b=2',
          ])
        },
      )
    }
  })

  test("the handler's headers replace the host's, and Vary names what both do", async () => {
    await serving(
      {
        before(_, res) {
          res.setHeader('Content-Security-Policy', "default-src 'self'")
          res.setHeader('Content-Type', 'text/html')
          res.setHeader('Content-Length', '1')
          res.setHeader('Vary', 'Origin')
          res.setHeader('X-Request-Id', '7')
        },
        handler: () =>
          Response.json(null, { headers: { 'Content-Security-Policy': "default-src 'none'", Vary: 'Cookie' } }),
      },
      async (ask) => {
        const { headers, body } = await ask({ path: '/x' })
        assert.equal(headers['content-security-policy'], "default-src 'none'")
        assert.equal(headers['vary'], 'Origin, Cookie')
        assert.deepEqual([headers['content-type'], headers['x-request-id']], ['application/json', '7'])
        assert.equal(body.toString(), 'null')
      },
    )
  })

  test('headers of a connection are left out', async () => {
    for (const isHttp2 of versions) {
      const headers = { Connection: 'x-own', 'Transfer-Encoding': 'chunked', 'Keep-Alive': 'timeout=1', 'X-Own': '1' }
      await serving({ isHttp2, handler: () => new Response('ok', { headers }) }, async (ask) => {
        const reply = await ask({ path: '/x' })
        assert.deepEqual([reply.status, reply.body.toString(), reply.headers['x-own']], [200, 'ok', '1'])
      })
    }
  })

  test('a stream is sent as it comes', async () => {
    for (const isHttp2 of versions) {
      const [asked, came] = [gate(), gate()]
      await serving(
        {
          isHttp2,
          async handler(request) {
            if (request.url.endsWith('/go')) {
              asked.open()
              return new Response(null)
            }
            const body = new ReadableStream<Uint8Array>({
              async start(controller) {
                controller.enqueue(encoder.encode('first '))
                await asked.wait()
                controller.enqueue(encoder.encode('second'))
                controller.close()
              },
            })
            return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
          },
        },
        async (ask) => {
          const whole = ask({ path: '/x', onData: () => came.open() })
          await came.wait()
          await ask({ path: '/x/go' })
          const reply = await whole
          assert.equal(reply.body.toString(), 'first second')
          assert.equal(reply.headers['content-type'], 'text/event-stream')
        },
      )
    }
  })

  test('a big answer arrives whole', async () => {
    const size = 3_000_000
    for (const isHttp2 of versions) {
      await serving({ isHttp2, handler: () => new Response(Buffer.alloc(size, 'x')) }, async (ask) => {
        assert.equal((await ask({ path: '/x' })).body.length, size)
      })
    }
  })

  test('requests at once each get their own answer', async () => {
    for (const isHttp2 of versions) {
      await serving({ isHttp2, handler: echo }, async (ask) => {
        const paths = Array.from({ length: 30 }, (_, index) => `/${index}`)
        const replies = await Promise.all(paths.map((path) => ask({ path: `/x${path}`, method: 'POST', body: path })))
        assert.deepEqual(
          replies.map(({ body }) => [seenIn(body).path, seenIn(body).body]),
          paths.map((path) => [path, path]),
        )
      })
    }
  })
}
