import { generateKeyPairSync } from 'node:crypto'
import { definePermissions, type KeyStore, systemActor } from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'
import { testKeyring } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { type HandlerFailure, type Leak, secretScanning } from '../../src/index.ts'
import { makeReporter } from './reporter.ts'

const permissions = definePermissions({ prompts: ['read', 'write'] })
const github = makeReporter()
const publicKeyOf = (identifier: string): string | undefined =>
  identifier === github.identifier ? github.publicKey : undefined
const found = (token: string, url = 'https://github.com/acme/site/blob/main/.env#L1') => ({
  token,
  type: 'acme_api_key',
  url,
  source: 'content',
})

async function unknownToken(): Promise<string> {
  return (await testKeyring({ permissions, seed: 99 })).token
}

describe('POST /secret-scanning', () => {
  test('revokes the keys of real tokens, of any workspace, with the place as the reason', async () => {
    const { keyring, issue } = await testKeyring({ permissions })
    const one = await issue({ workspaceId: 'ws_acme' })
    const other = await issue({ workspaceId: 'ws_other' })
    const spared = await issue()
    const leaks: Leak[] = []
    const handler = secretScanning({ keyring, publicKeyOf, onLeak: (leak) => void leaks.push(leak) })
    const response = await handler.fetch(github.report([found(one.token), found(other.token), found(one.token)]))
    expect([response.status, await response.text()]).toEqual([200, '[]'])
    for (const { key } of [one, other]) {
      const { status, revokedReason } = await keyring.as(systemActor(key.workspaceId)).get(key.id)
      expect([status, revokedReason]).toEqual([
        'revoked',
        'Exposed: found by secret scanning (content) at https://github.com/acme/site/blob/main/.env#L1',
      ])
    }
    expect(await keyring.verify(spared.token)).toMatchObject({ ok: true })
    expect(new Map(leaks.map(({ key, done }) => [key.id, done]))).toEqual(
      new Map([
        [one.key.id, 'revoked'],
        [other.key.id, 'revoked'],
      ]),
    )
    expect(JSON.stringify(leaks)).not.toContain(one.token.slice(-40))
  })

  test('answers the same for real tokens, unreal ones, those that are over, and none', async () => {
    const { keyring, issue, revoke } = await testKeyring({ permissions })
    const real = await issue()
    const over = await issue()
    await revoke(over.key)
    const handler = secretScanning({ keyring, publicKeyOf })
    const answers: string[] = []
    for (const tokens of [[real.token], [await unknownToken()], [over.token], ['nonsense'], [], [real.token, 'x']]) {
      const response = await handler.fetch(github.report(tokens.map((token) => found(token))))
      response.headers.delete('x-request-id')
      answers.push(JSON.stringify([response.status, [...response.headers], await response.text()]))
    }
    expect(new Set(answers).size).toBe(1)
  })

  test('a token with a wrong secret ends nothing', async () => {
    const { keyring, key, token } = await testKeyring({ permissions })
    const other = await unknownToken()
    const forged = token.slice(0, -49) + other.slice(-49)
    await secretScanning({ keyring, publicKeyOf }).fetch(github.report([found(forged)]))
    expect(await keyring.verify(token)).toMatchObject({ ok: true, apiKey: { id: key.id } })
  })

  test('a key that only sleeps is ended, too: disabled, or its owner away', async () => {
    let isMember = true
    const { keyring, issue } = await testKeyring({
      permissions,
      keyring: { resolveOwner: () => (isMember ? ['*:*'] : null), owners: undefined as never },
    })
    const disabled = await issue()
    const orphan = await issue()
    const actor = systemActor('ws_test')
    await keyring.as(actor).disable(disabled.key.id)
    isMember = false
    await keyring.ownerChanged({ workspaceId: 'ws_test', owner: { type: 'user', id: 'test' } })
    await secretScanning({ keyring, publicKeyOf }).fetch(github.report([found(disabled.token), found(orphan.token)]))
    for (const { key } of [disabled, orphan]) {
      expect((await keyring.as(actor).get(key.id)).status).toBe('revoked')
    }
  })

  test('a key that sleeps since it is limited by a type of resources that is not declared any more is ended, too', async () => {
    const store = memoryStore()
    const before = await testKeyring({ permissions, keyring: { store, resources: ['project'] } })
    const { key, token } = await before.issue({ resources: { project: ['p1'] } })
    const { keyring } = await testKeyring({ permissions, keyring: { store: store.connect() }, seed: 2 })
    expect(await keyring.verify(token)).toMatchObject({ code: 'resource_not_allowed' })
    await secretScanning({ keyring, publicKeyOf }).fetch(github.report([found(token)]))
    expect(await keyring.as(systemActor(key.workspaceId)).get(key.id)).toMatchObject({ status: 'revoked' })
  })

  test('a key that works from some addresses only is ended, too, and of a rotated one the secret that was found', async () => {
    const { keyring, issue } = await testKeyring({ permissions })
    const [one, other] = [await issue(), await issue()]
    const keys = keyring.as(systemActor(one.key.workspaceId))
    for (const { key } of [one, other]) await keys.update(key.id, { allowedAddresses: ['203.0.113.7'] })
    await keys.rotate(other.key.id)
    await secretScanning({ keyring, publicKeyOf }).fetch(github.report([found(one.token), found(other.token)]))
    expect(await keys.get(one.key.id)).toMatchObject({ status: 'revoked' })
    expect(await keys.get(other.key.id)).toMatchObject({ status: 'active' })
    expect(await keyring.verify(other.token, { address: '203.0.113.7' })).toMatchObject({ code: 'key_rotated' })
  })

  test('of a rotated key, only the secret that was found ends', async () => {
    const { keyring, issue } = await testKeyring({ permissions })
    const { key, token } = await issue()
    const owner = { type: 'user', id: 'test', workspaceId: 'ws_test', permissions: ['*:*'] } as const
    const rotated = await keyring.as(owner).rotate(key.id, { overlap: '1h' })
    const leaks: Leak[] = []
    const handler = secretScanning({ keyring, publicKeyOf, onLeak: (leak) => void leaks.push(leak) })
    await handler.fetch(github.report([found(token)]))
    expect(leaks.map(({ done }) => done)).toEqual(['endedOverlap'])
    expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_rotated' })
    expect(await keyring.verify(rotated.token)).toMatchObject({ ok: true })
  })

  test.each([
    ['disable', 'disabled', 'disabled'],
    ['report', 'none', 'active'],
  ] as const)('with action %s, it is done as asked', async (action, done, status) => {
    const { keyring, key, token } = await testKeyring({ permissions })
    const leaks: Leak[] = []
    const handler = secretScanning({ keyring, publicKeyOf, action, onLeak: (leak) => void leaks.push(leak) })
    await handler.fetch(github.report([found(token)]))
    expect(leaks.map((leak) => leak.done)).toEqual([done])
    expect((await keyring.as(systemActor('ws_test')).get(key.id)).status).toBe(status)
  })

  test('an invalid or long address does not become a reason', async () => {
    const { keyring, issue } = await testKeyring({ permissions })
    for (const url of ['javascript:alert(1)', `https://x/${'a'.repeat(400)}`, 'https://x/\u202e', '']) {
      const { key, token } = await issue()
      await secretScanning({ keyring, publicKeyOf }).fetch(github.report([found(token, url)]))
      const { revokedReason } = await keyring.as(systemActor('ws_test')).get(key.id)
      expect(revokedReason).toBe('Exposed: found by secret scanning (content)')
    }
  })

  test('a mail that cannot be sent changes nothing, and is reported', async () => {
    const { keyring, token } = await testKeyring({ permissions })
    const heard: HandlerFailure[] = []
    const handler = secretScanning({
      keyring,
      publicKeyOf,
      onLeak: () => Promise.reject(new Error('no mail')),
      onError: (failure) => void heard.push(failure),
    })
    expect((await handler.fetch(github.report([found(token)]))).status).toBe(200)
    expect(heard.map(({ during }) => during)).toEqual(['onLeak'])
    expect(await keyring.verify(token)).toMatchObject({ ok: false })
  })

  test('when the store is down it is 503, so that the report comes again', async () => {
    const store = memoryStore()
    let isDown = false
    const failing: KeyStore = {
      ...store,
      find: (ids) => (isDown ? Promise.reject(new Error('down')) : store.find(ids)),
    }
    const { keyring, issue } = await testKeyring({ permissions, keyring: { store: failing } })
    const { token } = await issue()
    const handler = secretScanning({ keyring, publicKeyOf, onError: () => {} })
    isDown = true
    const response = await handler.fetch(github.report([found(token)]))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    isDown = false
    expect((await handler.fetch(github.report([found(token)]))).status).toBe(200)
    expect(await keyring.verify(token)).toMatchObject({ ok: false })
  })
})

describe('a report that is not believed', () => {
  const other = makeReporter('b'.repeat(64))
  test.each([
    ['of another key under a known name', () => makeReporter(github.identifier).report([])],
    ['of a key that no one knows', () => other.report([])],
    ['whose body was changed on the way', () => github.report([], { sent: '[ ]' })],
    ['without a signature', () => github.report([], { headers: { 'Github-Public-Key-Signature': '' } })],
    [
      'with a signature that is not base64',
      () => github.report([], { headers: { 'Github-Public-Key-Signature': '!' } }),
    ],
    ['with a signature of nonsense', () => github.report([], { headers: { 'Github-Public-Key-Signature': 'AAAA' } })],
    ['with an invalid name', () => github.report([], { headers: { 'Github-Public-Key-Identifier': '../x' } })],
  ])('%s is answered 401', async (_what, request) => {
    const { keyring, token } = await testKeyring({ permissions })
    const response = await secretScanning({ keyring, publicKeyOf }).fetch(request())
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, 'unauthenticated'])
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('a key that is not one of ECDSA is our fault', async () => {
    const { keyring } = await testKeyring({ permissions })
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ type: 'spki', format: 'pem' })
    for (const key of [rsa.toString(), 'no key']) {
      const handler = secretScanning({ keyring, publicKeyOf: () => key, onError: () => {} })
      expect((await handler.fetch(github.report([]))).status).toBe(500)
    }
  })

  test('a body that a parser has read is reported to the host', async () => {
    const { keyring } = await testKeyring({ permissions })
    const heard: HandlerFailure[] = []
    const handler = secretScanning({ keyring, publicKeyOf, onError: (failure) => void heard.push(failure) })
    const around = { native: {}, originalUrl: '/secret-scanning', isBodyRebuilt: true }
    expect((await handler.fetch(github.report([]), around)).status).toBe(500)
    expect(String(heard[0]?.error)).toMatch(/Mount secretScanning before body parsers/)
  })

  test.each([
    ['is too long', 'x'.repeat(1_048_577), 413],
    ['has too many tokens', Array.from({ length: 1_001 }, (_, index) => found(`token ${index}`)), 413],
    ['is no list', { token: 'x' }, 400],
    ['is no JSON', '[', 400],
    ['has an entry without a token', [{ url: 'https://x' }], 400],
  ])('one that %s is refused', async (_what, body, status) => {
    const { keyring } = await testKeyring({ permissions })
    expect((await secretScanning({ keyring, publicKeyOf }).fetch(github.report(body))).status).toBe(status)
  })
})
