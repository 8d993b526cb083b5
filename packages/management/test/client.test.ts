import { describe, expect, test } from 'vitest'
import { type ClientOptions, managementClient, ManagementClientError } from '../src/client/index.ts'
import { world } from './support/world.ts'

async function clientOf(
  user = 'root',
  more: Partial<ClientOptions> = {},
  keyringOptions: Parameters<typeof world>[1] = {},
) {
  const given = await world({}, keyringOptions)
  const requests: Request[] = []
  const client = managementClient({
    baseUrl: 'https://app.example/settings/api-keys/',
    headers: { 'x-test-user': user },
    fetch: async (request) => {
      requests.push(request)
      const path = request.url.replace('https://app.example/settings/api-keys', 'https://app.example')
      return given.api.fetch(new Request(path, request))
    },
    ...more,
  })
  return { ...given, client, requests }
}

describe('the client', () => {
  test('takes a key through its life', async () => {
    const { client, keyring, requests } = await clientOf()
    const made = await client.createKey(
      { name: 'CI', environment: 'ci', permissions: ['prompts:read'], expiresInDays: 30, metadata: { team: 'a' } },
      { idempotencyKey: 'deploy-42' },
    )
    expect(await keyring.verify(made.token)).toMatchObject({ ok: true })
    expect(
      await client.createKey(
        { name: 'CI', environment: 'ci', permissions: ['prompts:read'], expiresInDays: 30, metadata: { team: 'a' } },
        { idempotencyKey: 'deploy-42' },
      ),
    ).toMatchObject({ token: null, key: { id: made.key.id } })
    const { id } = made.key
    expect(await client.getKey(id)).toMatchObject({ id, effectivePermissions: ['prompts:read'] })
    expect(await client.updateKey(id, { name: 'Renamed', description: null }, { revision: 1 })).toMatchObject({
      revision: 2,
    })
    expect(await client.rotateKey(id, { overlapSeconds: 60 }, { idempotencyKey: 'r1', revision: 2 })).toMatchObject({
      token: expect.any(String),
      key: { revision: 3 },
    })
    expect(await client.endOverlap(id)).toMatchObject({ status: 'active' })
    expect(await client.disableKey(id, { reason: 'x' })).toMatchObject({ status: 'disabled' })
    expect(await client.enableKey(id)).toMatchObject({ status: 'active' })
    const account = await client.createServiceAccount({ name: 'bot', permissions: ['prompts:*'] })
    expect(await client.transferKey(id, { type: 'service', id: account.id })).toMatchObject({ owner: { name: 'bot' } })
    expect(await client.getKeyUsage(id, { bucket: 'hour' })).toMatchObject({ keyId: id })
    expect(await client.listKeyEvents(id, { limit: 1 })).toMatchObject({
      hasMore: true,
      data: [{ target: { id } }],
    })
    expect(await client.diagnoseKey({ keyId: id, permission: 'prompts:read' })).toMatchObject({ ok: true })
    expect(await client.revokeKeys({ ids: [id], dryRun: true })).toMatchObject({ dryRun: true, data: [{ ok: true }] })
    expect(await client.revokeKey(id, { reason: 'Done' })).toMatchObject({ status: 'revoked' })
    expect(requests.every(({ url }) => url.startsWith('https://app.example/settings/api-keys/'))).toBe(true)
  })

  test('imports keys that were issued elsewhere', async () => {
    const { client } = await clientOf('ada', {}, { importedTokens: { pattern: /^sk_live_[0-9a-f]{32}$/ } })
    const key = {
      tokenSha256: 'a'.repeat(64),
      name: 'Nightly job',
      environment: 'production',
      permissions: ['prompts:read'],
      owner: { type: 'user', id: 'ada' },
    } as const
    expect(await client.importKeys({ keys: [key], dryRun: true })).toMatchObject({ imported: 1, dryRun: true })
    expect(await client.importKeys({ keys: [key] })).toMatchObject({ data: [{ outcome: 'imported' }] })
  })

  test('reads the workspace', async () => {
    const { client } = await clientOf()
    const { id } = await client.createServiceAccount({ name: 'bot', description: 'for CI', permissions: [] })
    expect(await client.listServiceAccounts({ includeDeleted: true, limit: 5 })).toMatchObject({ data: [{ id }] })
    expect(await client.getServiceAccount(id)).toMatchObject({ name: 'bot' })
    expect(await client.updateServiceAccount(id, { permissions: ['prompts:read'] }, { revision: 1 })).toMatchObject({
      revision: 2,
    })
    expect(await client.deleteServiceAccount(id)).toMatchObject({ deletedAt: expect.any(String) })
    expect(await client.getUsage({ limit: 3 })).toMatchObject({ activeKeys: 0 })
    expect(await client.listEvents({ actorType: 'user', actorId: 'root' })).toMatchObject({ data: [{}, {}, {}] })
    expect(await client.getPermissions()).toMatchObject({ defaults: ['prompts:read', 'prompts:list'] })
    expect(await client.whoami()).toMatchObject({ actor: { id: 'root' }, workspaceId: 'ws_acme' })
  })

  test('goes through every page', async () => {
    const { client, make } = await clientOf()
    for (let index = 0; index < 5; index += 1) await make()
    const seen: string[] = []
    for await (const { id } of client.allKeys({ limit: 2, status: ['active', 'rotating'], ended: undefined }))
      seen.push(id)
    expect(new Set(seen).size).toBe(5)
  })

  test('throws what the API answers, with its code, its texts and the time to wait', async () => {
    const { client } = await clientOf('ada')
    const refused = await client.createKey({ name: '', environment: 'ci' }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ManagementClientError)
    expect(refused).toMatchObject({
      name: 'ManagementClientError',
      status: 422,
      code: 'validation_failed',
      message: expect.stringContaining('/name: '),
    })
    await expect(client.getKey('../../admin')).rejects.toMatchObject({ status: 404 })
    await expect(client.getUsage()).rejects.toMatchObject({ status: 403, problem: { requestId: expect.any(String) } })
  })

  test('throws for answers that are not of this API, and never follows a redirect', async () => {
    const { client, requests } = await clientOf('ada', { fetch: async () => new Response('<html>', { status: 200 }) })
    await expect(client.whoami()).rejects.toMatchObject({ status: 200, problem: undefined })
    expect(requests).toEqual([])
    const busy = managementClient({
      baseUrl: 'https://a.example',
      fetch: async () => new Response('x', { status: 503, headers: { 'retry-after': '7' } }),
    })
    await expect(busy.whoami()).rejects.toMatchObject({ status: 503, retryAfterSeconds: 7 })
    let redirect = ''
    const watching = managementClient({
      baseUrl: 'https://a.example',
      headers: () => ({ authorization: 'Bearer x' }),
      fetch: async (request) => {
        redirect = `${request.redirect} ${request.headers.get('authorization')}`
        throw new TypeError('stop')
      },
    })
    await expect(watching.whoami()).rejects.toThrow('stop')
    expect(redirect).toBe('error Bearer x')
  })

  test('refuses a base that is not a URL, or has credentials in it', () => {
    expect(() => managementClient({ baseUrl: '/api' })).toThrow(TypeError)
    expect(() => managementClient({ baseUrl: 'https://user:secret@a.example' })).toThrow('headers')
  })
})
