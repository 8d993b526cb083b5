import type { Keyring } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { managementApi } from '../src/index.ts'
import { world } from './support/world.ts'

const authorize = () => null

describe('managementApi', () => {
  test.each<[string, object]>([
    ['authorize', {}],
    ['authorize', { authorize: {} }],
    ['keyring', { authorize, keyring: undefined }],
    ['keyring', { authorize, keyring: {} }],
    ['limit', { authorize, limit: 5 }],
    ['stepUp', { authorize, stepUp: true }],
    ['readOnly', { authorize, readOnly: 'yes' }],
    ['presets', { authorize, presets: { reader: ['prompts:*'] } }],
    ['presets', { authorize, presets: { reader: ['prompts:fly'] } }],
    ['presets', { authorize, presets: { 'a b': ['prompts:read'] } }],
    ['userNames', { authorize, userNames: {} }],
    ['maxBodyBytes', { authorize, maxBodyBytes: 0 }],
    ['maxBodyBytes', { authorize, maxBodyBytes: Number.POSITIVE_INFINITY }],
    ['requestId', { authorize, requestId: 'x' }],
    ['onError', { authorize, onError: 1 }],
    ['trustedOrigins[0]', { authorize, trustedOrigins: ['admin.example'] }],
    ['trustProxyHost', { authorize, trustProxyHost: 1 }],
    ['readonly', { authorize, readonly: true }],
  ])('refuses a wrong %s at construction: %o', async (option, given) => {
    const { keyring } = await world()
    expect(() => managementApi({ keyring, ...given } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option }),
    )
  })

  test('says what happens without authorize', async () => {
    const { keyring } = await world()
    expect(() => managementApi({ keyring } as never)).toThrow('anyone who reaches this route could create API keys')
  })

  test('reports to the keyring unless the host wants to be told itself', async () => {
    const told: unknown[] = []
    const { api } = await world(
      { onError: undefined, authorize: () => Promise.reject(new Error('session store is down')) },
      { onError: (fault) => void told.push(fault) },
    )
    expect(await api.fetch(new Request('http://x/keys'))).toMatchObject({ status: 500 })
    expect(told).toMatchObject([{ during: 'management: authorize', error: { message: 'session store is down' } }])
  })

  test('answers even when the host that is told fails', async () => {
    const { api } = await world({
      authorize: () => Promise.reject(new Error('x')),
      onError: () => {
        throw new Error('logger is down')
      },
    })
    expect(await api.fetch(new Request('http://x/keys'))).toMatchObject({ status: 500 })
  })

  test('gives authorize the framework\u2019s own request, and never the body', async () => {
    const seen: unknown[] = []
    const { api } = await world({
      authorize: async ({ request, native }) => {
        seen.push(native, await request.text())
        return null
      },
    })
    const native = { session: 'ada' }
    await api.fetch(
      new Request('http://x/keys', {
        method: 'POST',
        body: '{"ownerId":"eve"}',
        headers: { 'content-type': 'application/json' },
      }),
      { native },
    )
    expect(seen).toEqual([native, ''])
  })

  test('takes the id of a request from the host', async () => {
    const { send } = await world({ requestId: ({ request }) => request.headers.get('x-trace') ?? undefined })
    const reply = await send({ method: 'GET', path: '/nope', headers: { 'x-trace': 'trace-1' } })
    expect([reply.headers.get('x-request-id'), reply.body.requestId]).toEqual(['trace-1', 'trace-1'])
  })

  test('shows the names of people where the host knows them, asking once for each page', async () => {
    const questions: unknown[] = []
    const { send, make } = await world({
      userNames: (question) => {
        questions.push(question)
        return { ada: 'Ada Lovelace', bob: 7 as never, toString: 'no' }
      },
    })
    await make()
    await make({ owner: { type: 'user', id: 'toString' } })
    await make({ owner: { type: 'user', id: 'bob' } })
    const { body } = await send({ method: 'GET', path: '/keys', headers: { 'x-test-user': 'root' } })
    expect(body.data.map(({ owner }: { owner: object }) => owner)).toEqual(
      expect.arrayContaining([
        { type: 'user', id: 'ada', name: 'Ada Lovelace' },
        { type: 'user', id: 'bob', name: null },
        { type: 'user', id: 'toString', name: 'no' },
      ]),
    )
    expect(questions).toHaveLength(1)
    expect(questions[0]).toMatchObject({ workspaceId: 'ws_acme' })
  })

  test('is typed by the keyring: presets are its permissions', async () => {
    const keyring = {} as Keyring<'prompts:read' | 'keys:manage'>
    const wrong = (): unknown =>
      // @ts-expect-error there is no such permission
      managementApi({ keyring, authorize, presets: { reader: ['prompts:raed'] } })
    expect(wrong).toThrow()
  })
})
