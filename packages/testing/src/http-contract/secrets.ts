import { inspect } from 'node:util'
import { setImmediate } from 'node:timers/promises'
import { assert } from '../assert.ts'
import { keySeen } from './apps.ts'
import { makeFixture } from './fixture.ts'
import { type Suite, withKey } from './suite.ts'
import { listening } from './warnings.ts'

/** Nothing that comes out holds a token or a hash. */
export function secrets({ test, serving, fixture }: Suite): void {
  for (const environment of [undefined, 'production']) {
    test(`no token and no hash in any answer, error or log (NODE_ENV ${environment ?? 'unset'})`, async () => {
      const { tokens, hashes, restart } = await makeFixture()
      let failing = false
      const keyring = restart((store) => ({
        ...store,
        find: (ids) => (failing ? Promise.reject(new Error(`no answer: ${inspect(ids)}`)) : store.find(ids)),
      }))
      const said: string[] = []
      const heard = await inEnvironment(environment, said, () =>
        listening(() =>
          serving(
            {
              keyring,
              routes: ({ auth, use, handle }) => ({
                '/': [auth.authenticate(), auth.workspace(() => 'ws_acme'), handle(keySeen)],
                '/guard': [auth.authenticate(), auth.require('docs:write'), handle(keySeen)],
                '/unguarded': [auth.require('docs:write'), handle(keySeen)],
                '/check': [
                  auth.authenticate(),
                  use((req) => void (req.headers['x-seen'] = req.headers.authorization)),
                  auth.check((apiKey) => {
                    throw new Error(`checking ${tokens.reader} of ${inspect(apiKey)}`)
                  }),
                ],
                '/seen': [auth.authenticate(), handle((apiKey) => ({ seen: inspect(apiKey, { showHidden: true }) }))],
              }),
            },
            async (send) => {
              const sent = [...Object.values(tokens), `"${tokens.reader}"`, tokens.reader.slice(0, -1)]
              for (const fail of [true, false]) {
                failing = fail
                for (const token of sent) {
                  for (const path of ['/', '/guard', '/unguarded', '/check', '/seen', `/?api_key=${token}`]) {
                    said.push((await send(withKey(token, { path }))).text)
                  }
                  said.push((await send({ fields: [['Authorization', token]] })).text)
                  said.push((await send({ path: `/?k=${token}` })).text)
                }
              }
            },
          ),
        ),
      )
      // What the host's own functions throw is handed to the host as it is; what is printed of it has tokens blotted out.
      said.push(inspect(heard.denied, { depth: 10 }), ...heard.printed)
      const everything = said.join('\n')
      assert.ok(everything.includes('guard_failed') && everything.includes('temporarily_unavailable'))
      for (const secret of [...Object.values(tokens).map((token) => token.slice(0, -6)), ...hashes]) {
        assert.ok(!everything.includes(secret), `a secret came out: ${where(everything, secret)}`)
      }
    })
  }

  test('the key a handler sees can be printed', async () => {
    const { keyring, tokens, hashes } = await fixture()
    const seen: unknown[] = []
    await serving(
      {
        keyring,
        routes: ({ auth, handle }) => ({
          '/': [
            auth.authenticate(),
            handle((apiKey) => {
              seen.push(inspect(apiKey, { showHidden: true, depth: 10 }), JSON.stringify(apiKey))
              return {}
            }),
          ],
        }),
      },
      async (send) => void (await send(withKey(tokens.reader))),
    )
    assert.equal(seen.length, 2)
    for (const secret of [tokens.reader.slice(-49), ...hashes]) assert.ok(!seen.join('\n').includes(secret))
  })
}

/** Runs with this `NODE_ENV` and keeps what is printed meanwhile. */
async function inEnvironment<Result>(
  environment: string | undefined,
  said: string[],
  body: () => Promise<Result>,
): Promise<Result> {
  const before = process.env.NODE_ENV
  const restore = [
    ...[process.stdout, process.stderr].map((stream) => {
      const { write } = stream
      stream.write = (chunk: string | Uint8Array, ...rest: never[]) => {
        said.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1'))
        return write.call(stream, chunk, ...rest)
      }
      return () => {
        stream.write = write
      }
    }),
    ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => {
      const { [name]: print } = console
      console[name] = (...things: unknown[]) => said.push(inspect(things, { depth: 10 }))
      return () => {
        console[name] = print
      }
    }),
  ]
  if (environment === undefined) delete process.env.NODE_ENV
  else process.env.NODE_ENV = environment
  try {
    const result = await body()
    await setImmediate()
    return result
  } finally {
    for (const undo of restore) undo()
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
}

/** What stands around a finding, without the finding. */
function where(text: string, secret: string): string {
  const at = text.indexOf(secret)
  return `...${text.slice(Math.max(0, at - 80), at)}[secret]${text.slice(at + secret.length, at + secret.length + 80)}...`
}
