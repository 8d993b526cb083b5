import { connect as connectHttp2 } from 'node:http2'
import { assert } from '../assert.ts'
import { gate } from '../gate.ts'
import { sendAndLeave } from '../http-contract/send.ts'
import { listening } from '../http-contract/warnings.ts'
import type { MountedHandler } from './options.ts'
import type { MountSuite } from './suite.ts'

const failing: readonly (readonly [what: string, handler: MountedHandler])[] = [
  [
    'throws',
    () => {
      throw new Error('acme_production_0123456789abcdef0123456789 is secret')
    },
  ],
  ['rejects', () => Promise.reject(new Error('no'))],
  ['rejects with nothing', () => Promise.reject(undefined)],
  ['gives nothing', () => undefined as unknown as Response],
  ['gives a text', () => 'ok' as unknown as Response],
  ['gives the answer of a network error', () => Response.error()],
  [
    'gives a body that was read',
    async () => {
      const response = new Response('read')
      await response.text()
      return response
    },
  ],
  [
    'gives a body that fails at once',
    () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.error(new Error('no')),
        }),
      ),
  ],
  [
    'gives a body that is not bytes',
    () => new Response(new ReadableStream({ start: (one) => one.enqueue('text' as never) })),
  ],
  ['gives a header that HTTP cannot hold', () => new Response('x', { headers: { 'X-Own': 'a\u0001b' } })],
]

/** Handlers that fail, clients that leave. */
export function faults({ test, serving }: MountSuite): void {
  for (const [what, handler] of failing) {
    test(`a handler that ${what} is answered for with 500, and the host is warned`, async () => {
      for (const isHttp2 of [false, true]) {
        const heard = await listening(async () => {
          await serving(
            {
              isHttp2,
              handler,
              before: (_, res) => void res.setHeader('X-Frame-Options', 'DENY'),
            },
            async (ask) => {
              const { status, headers, body } = await ask({ path: '/x' })
              assert.deepEqual(
                [status, headers['content-type'], headers['cache-control'], headers['x-frame-options']],
                [500, 'application/problem+json; charset=utf-8', 'no-store', 'DENY'],
              )
              assert.equal((JSON.parse(body.toString()) as { code: string }).code, 'internal_error')
              assert.ok(!body.includes('0123456789'))
            },
          )
        })
        assert.deepEqual(heard.warnings, ['CLAVIGER_HANDLER_FAILED'])
        assert.ok(!heard.printed.join('\n').includes('0123456789'), 'a warning shows a token')
      }
    })
  }

  test('an answer that breaks off later has its connection cut', async () => {
    for (const isHttp2 of [false, true]) {
      const heard = await listening(async () => {
        await serving(
          {
            isHttp2,
            handler() {
              let pulls = 0
              const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
                await new Promise((resolve) => void setImmediate(resolve))
                pulls += 1
                if (pulls === 1) controller.enqueue(new TextEncoder().encode('first'))
                else throw new Error('no more')
              }
              return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }))
            },
          },
          async (ask) => {
            await assert.rejects(
              ask({ path: '/x' }).then(({ body }) => assert.equal(body.toString(), 'a whole answer')),
            )
          },
        )
      })
      assert.ok(heard.warnings.includes('CLAVIGER_HANDLER_FAILED'))
    }
  })

  test('what a client cannot mean is answered without the handler', async () => {
    let asked = 0
    await serving({ handler: () => new Response(`${(asked += 1)}`) }, async (ask) => {
      assert.ok([404, 405, 501].includes((await ask({ method: 'TRACE', path: '/x' })).status))
      assert.equal(asked, 0)
    })
  })

  for (const path of ['/x/waits', '/x/streams']) {
    test(`a client that leaves aborts the request, also where it ${path.slice(3)}`, async () => {
      for (const isHttp2 of [false, true]) {
        const [arrived, aborted, cancelled] = [gate(), gate(), gate()]
        await serving(
          {
            isHttp2,
            handler(request) {
              request.signal.addEventListener('abort', () => aborted.open())
              if (path === '/x/waits') {
                arrived.open()
                cancelled.open()
                return new Promise(() => {})
              }
              return new Response(new ReadableStream({ pull: () => arrived.open(), cancel: () => cancelled.open() }))
            },
          },
          async (_, port) => {
            const leave = isHttp2 ? leaveHttp2(port, path) : sendAndLeave(port, { path })
            await arrived.wait()
            leave()
            await aborted.wait()
            await cancelled.wait()
          },
        )
      }
    })
  }

  test('a client that leaves in the middle of its body fails the reading of it', async () => {
    const [begun, failed] = [gate(), gate()]
    let error: unknown
    await serving(
      {
        async handler(request) {
          try {
            begun.open()
            await request.text()
          } catch (thrown) {
            error = thrown
            failed.open()
          }
          return new Response('late')
        },
      },
      async (_, port) => {
        const raw = 'POST /x/ HTTP/1.1\r\nHost: contract.test\r\nContent-Length: 100\r\n\r\nonly this'
        const leave = sendAndLeave(port, { raw })
        await begun.wait()
        leave()
        await failed.wait()
        assert.equal((error as Error).name, 'AbortError')
      },
    )
  })

  test('a request that was answered before is not answered again', async () => {
    await serving(
      {
        before: (_, res) => void res.end('before'),
        handler: () => new Response('handler'),
      },
      async (ask) => assert.equal((await ask({ path: '/x' })).body.toString(), 'before'),
    )
  })
}

function leaveHttp2(port: number, path: string): () => void {
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  session.request({ ':path': path }).on('error', () => {})
  return () => session.destroy()
}
