import { setImmediate } from 'node:timers/promises'
import { assert } from '../assert.ts'
import { plainApp } from './apps.ts'
import { assertPassed, assertRefusal, ownHeaders } from './expect.ts'
import { refusals } from './refusals.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

/** Hosts with their own error shape. */
export function onDenied({ test, serving, fixture }: Suite): void {
  test('onDenied answers in its own shape; status, challenge and no-store stay', async () => {
    const { keyring, tokens } = await fixture()
    for (const wait of [() => undefined, () => setImmediate()]) {
      await serving(
        {
          ...plainApp(keyring),
          async onDenied(denial, reply) {
            await wait()
            reply(denial.status, JSON.stringify({ error: denial.code, hint: denial.hint ?? null }))
          },
        },
        async (send) => {
          const reply = await send(withKey(tokens.reader.slice(0, -1)))
          assert.equal(reply.status, 401)
          assert.equal(reply.body, '{"error":"malformed_key","hint":"truncated"}')
          const { 'cache-control': cache, vary, 'www-authenticate': challenge } = ownHeaders(reply)
          assert.deepEqual(
            { cache, vary, challenge },
            {
              cache: 'no-store',
              vary: 'Authorization, X-API-Key',
              challenge: 'Bearer realm="api", error="invalid_token"',
            },
          )
        },
      )
    }
  })

  test('onDenied may change the status, but is not asked for requests that pass', async () => {
    const { keyring, tokens, ids } = await fixture()
    let asked = 0
    await serving(
      {
        ...plainApp(keyring),
        onDenied(_, reply) {
          asked += 1
          reply(404, 'nothing here')
        },
      },
      async (send) => {
        assertPassed(await send(withKey(tokens.reader)), { key: ids.reader })
        const reply = await send({})
        assert.deepEqual([reply.status, reply.body, asked], [404, 'nothing here', 1])
      },
    )
  })

  test('onDenied that does not answer leaves the problem document', async () => {
    const { keyring } = await fixture()
    for (const silent of [() => {}, () => Promise.resolve()]) {
      await serving({ ...plainApp(keyring), onDenied: silent }, async (send) => {
        assertRefusal(await send({}), refusals.missing_credentials)
      })
    }
  })

  test('onDenied that throws or rejects leaves the problem document, and the host is told', async () => {
    const { keyring } = await fixture()
    const error = new Error('template missing')
    const failing = [
      () => {
        throw error
      },
      () => Promise.reject(error),
    ]
    for (const onDeniedOfThis of failing) {
      const heard = await listening(async () => {
        await serving({ ...plainApp(keyring), onDenied: onDeniedOfThis }, async (send) => {
          assertRefusal(await send({}), refusals.missing_credentials)
        })
      })
      assert.deepEqual(heard.warnings, ['CLAVIGER_ON_DENIED_FAILED'])
      assert.deepEqual(heard.errors, [error])
    }
  })

  test('onDenied gets everything needed for an answer, frozen', async () => {
    const { keyring } = await fixture()
    const seen: unknown[] = []
    await serving(
      {
        ...plainApp(keyring),
        onDenied(denial) {
          seen.push({ ...denial, frozen: Object.isFrozen(denial) && Object.isFrozen(denial.headers) })
        },
      },
      async (send) => void (await send({})),
    )
    const { body } = refusals.missing_credentials
    const problem = JSON.parse(body) as Record<string, unknown>
    assert.deepEqual(seen, [
      {
        status: 401,
        code: problem.code,
        title: problem.title,
        detail: problem.detail,
        headers: { 'Cache-Control': 'no-store', 'WWW-Authenticate': 'Bearer realm="api"' },
        problem,
        body,
        frozen: true,
      },
    ])
  })
}
