import { connect } from 'node:net'
import { assert } from '../assert.ts'
import { gate } from '../gate.ts'
import { send } from '../http-contract/send.ts'
import { echo, seenIn } from './echo.ts'
import type { MountSuite } from './suite.ts'

const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** Bodies: unread, read by the host, big, left unread. */
export function bodies({ test, serving, hasParsers }: MountSuite): void {
  const variants = [false, true].flatMap((isHttp2) =>
    (hasParsers ? [false, true] : [false]).map((isParsed) => ({ isHttp2, isParsed })),
  )
  const each = (body: (variant: { isHttp2: boolean; isParsed: boolean }) => Promise<void>) => async () => {
    for (const variant of variants) await body(variant)
  }

  test(
    'JSON arrives as it was sent, or written again',
    each(async (variant) => {
      await serving({ handler: echo, ...variant }, async (ask) => {
        for (const value of [{ a: [1, null, { b: 'x' }] }, {}, []]) {
          for (const type of ['application/json', 'application/json; charset=utf-8']) {
            const headers = { 'content-type': type }
            const seen = seenIn((await ask({ method: 'POST', path: '/x', headers, body: JSON.stringify(value) })).body)
            assert.deepEqual(JSON.parse(seen.body), value)
            assert.equal(seen.headers['content-type']?.split(';')[0], 'application/json')
          }
        }
      })
    }),
  )

  test(
    'forms arrive with every field, nested and repeated ones too',
    each(async (variant) => {
      await serving({ handler: echo, ...variant }, async (ask) => {
        const body = 'name=a%26b&tag=1&tag=2&empty=&plus=a+b&e=%C3%A9'
        const seen = seenIn((await ask({ method: 'POST', path: '/x', headers: form, body })).body)
        const fields = new URLSearchParams(seen.body)
        assert.deepEqual(fields.getAll('tag'), ['1', '2'])
        assert.deepEqual(
          ['name', 'empty', 'plus', 'e'].map((name) => fields.get(name)),
          ['a&b', '', 'a b', '\u00e9'],
        )
      })
    }),
  )

  test(
    'a body that no parser takes arrives byte for byte',
    each(async (variant) => {
      await serving({ handler: echo, ...variant }, async (ask) => {
        const body = Uint8Array.from({ length: 300 }, (_, index) => index % 256)
        const headers = { 'content-type': 'application/octet-stream' }
        const seen = seenIn((await ask({ method: 'PUT', path: '/x', headers, body })).body)
        assert.equal(seen.body, Buffer.from(body).toString('latin1'))
      })
    }),
  )

  test(
    'a request without a body has none, with any method and type',
    each(async (variant) => {
      await serving({ handler: echo, ...variant }, async (ask) => {
        for (const method of ['GET', 'DELETE', 'POST', 'OPTIONS']) {
          for (const headers of [{}, json, form]) {
            const reply = await ask({ method, path: '/x/keys', headers })
            assert.equal(reply.status, 200, `${method} ${JSON.stringify(headers)}`)
            const seen = seenIn(reply.body)
            assert.deepEqual([seen.method, seen.body], [method, ''])
          }
        }
      })
    }),
  )

  test('DELETE and PATCH may have a body, and GET with one is answered', async () => {
    await serving({ handler: echo }, async (ask) => {
      for (const [method, expected] of [
        ['DELETE', '{"a":1}'],
        ['PATCH', '{"a":1}'],
        ['GET', ''],
      ] as const) {
        const seen = seenIn((await ask({ method, path: '/x', headers: json, body: '{"a":1}' })).body)
        assert.equal(seen.body, expected)
      }
    })
  })

  test('a body in chunks arrives whole', async () => {
    await serving({ handler: echo }, async (_, port) => {
      const raw =
        'POST /x/ HTTP/1.1\r\nHost: contract.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'
      assert.equal(seenIn((await send(port, { raw })).body).body, 'hello world')
    })
  })

  test('a big body is read no faster than the handler wants it', async () => {
    const begun = gate()
    const goOn = gate()
    let received = 0
    await serving(
      {
        async handler(request) {
          const reader = request.body?.getReader()
          const first = await reader?.read()
          received += first?.value?.byteLength ?? 0
          begun.open()
          await goOn.wait()
          for (;;) {
            const { done, value } = (await reader?.read()) ?? { done: true }
            if (done) return Response.json({ received })
            received += value?.byteLength ?? 0
          }
        },
      },
      async (_, port) => {
        const size = 32 * 1024 * 1024
        const socket = connect(port, '127.0.0.1').on('error', () => {})
        socket.write(`POST /x/ HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`)
        let text = ''
        socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
        socket.write(Buffer.alloc(size))
        await begun.wait()
        const before = received
        // As long as the handler does not read, most of it stays on this side of the connection.
        await new Promise((resolve) => void setImmediate(resolve))
        assert.equal(received, before)
        assert.ok(socket.writableLength > 8 * 1024 * 1024, `only ${socket.writableLength} bytes are left here`)
        goOn.open()
        await new Promise((resolve) => void socket.on('close', resolve))
        assert.ok(text.endsWith(`{"received":${size}}`), text.slice(0, 200))
      },
    )
  })

  test('a handler that refuses a big body early is heard, and the next request on the connection is read', async () => {
    const ways = [0, 1].flatMap((reads) => [true, false].map((cancels) => ({ reads, cancels })))
    for (const { reads, cancels } of ways) {
      await serving(
        {
          async handler(request) {
            if (new URL(request.url).pathname === '/next') return new Response('next')
            const reader = reads > 0 || cancels ? request.body?.getReader() : undefined
            for (let index = 0; index < reads; index += 1) await reader?.read()
            if (cancels) await reader?.cancel()
            return new Response('too big', { status: 413 })
          },
        },
        async (_, port) => {
          const size = 4 * 1024 * 1024
          const socket = connect(port, '127.0.0.1').on('error', () => {})
          let text = ''
          socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
          socket.write(`POST /x/ HTTP/1.1\r\nHost: t\r\nContent-Length: ${size}\r\n\r\n`)
          socket.write(Buffer.alloc(size))
          socket.write('GET /x/next HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n')
          await new Promise((resolve) => void socket.on('close', resolve))
          assert.ok(/^HTTP\/1.1 413 /.test(text), text.slice(0, 100))
          assert.ok(text.endsWith('next'), text.slice(-200))
        },
      )
    }
  })

  test('of a body that the host read and kept nothing of, the handler is not asked', async () => {
    let asked = 0
    await serving(
      {
        handler: () => new Response(`asked ${(asked += 1)}`),
        before: async (req) => {
          for await (const _ of req);
        },
      },
      async (ask) => {
        const headers = { 'content-type': 'application/octet-stream' }
        const reply = await ask({ method: 'POST', path: '/x', headers, body: 'lost' })
        assert.deepEqual([reply.status, asked], [500, 0])
        assert.equal((JSON.parse(reply.body.toString()) as { code: string }).code, 'internal_error')
      },
    )
  })
}
