import { describe, expect, test } from 'vitest'
import { world } from './support/world.ts'

const body = { name: 'Production', environment: 'production' }

describe('the life of a key over HTTP', () => {
  test('it is created with its token, shown once, and read without it', async () => {
    const { send, keyring, clock } = await world()
    const made = await send({
      method: 'POST',
      path: '/keys',
      body: { ...body, permissions: ['prompts:read'], expiresInDays: 90, metadata: { team: 'a' } },
    })
    expect(made.status).toBe(201)
    const { key, token } = made.body
    expect(await keyring.verify(token)).toMatchObject({ ok: true, apiKey: { id: key.id, workspaceId: 'ws_acme' } })
    expect(made.text.split(token)).toHaveLength(2)
    expect(made.headers.get('location')).toBe(`keys/${key.id}`)
    expect(made.headers.get('etag')).toBe('"1"')
    const now = new Date(clock.now()).toISOString()
    const read = await send({ method: 'GET', path: `/keys/${key.id}` })
    expect(read.body).toEqual({
      object: 'apiKey',
      id: key.id,
      name: 'Production',
      description: null,
      workspaceId: 'ws_acme',
      environment: 'production',
      owner: { type: 'user', id: 'ada', name: null },
      createdBy: { type: 'user', id: 'ada', name: null },
      hint: expect.stringMatching(/^test_production_\w{4}\u2026\w{4}$/),
      permissions: ['prompts:read'],
      allowedAddresses: [],
      resources: {},
      effectivePermissions: ['prompts:read'],
      status: 'active',
      attention: [],
      secrets: [{ version: 1, hint: key.hint, createdAt: now, lastUsedAt: null, expiresAt: null, imported: false }],
      imported: false,
      createdAt: now,
      updatedAt: now,
      rotatedAt: null,
      rotationDueAt: new Date(clock.now() + 90 * 86_400_000).toISOString(),
      expiresAt: new Date(clock.now() + 90 * 86_400_000).toISOString(),
      disabledAt: null,
      revokedAt: null,
      revokedReason: null,
      ownerGoneAt: null,
      lastUsedAt: null,
      requestCount30d: 0,
      deniedCount30d: 0,
      metadata: { team: 'a' },
      revision: 1,
    })
  })

  test('created again with the same idempotency key, it is the same key without the token', async () => {
    const { send } = await world()
    const ask = { method: 'POST', path: '/keys', body, headers: { 'idempotency-key': 'deploy-42' } }
    const first = await send(ask)
    const again = await send(ask)
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body).toEqual({ key: first.body.key, token: null, tokenShownOnce: true })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    expect(await send({ ...ask, body: { ...body, name: 'Other' } })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    })
    expect((await send({ method: 'GET', path: '/keys' })).body.data).toHaveLength(1)
  })

  test('rotated, both tokens work until the overlap ends; rotated with no overlap, the old one stops', async () => {
    const { send, keyring, make, clock } = await world()
    const { key, token } = await make()
    const path = `/keys/${key.id}`
    const rotated = await send({ method: 'POST', path: `${path}/rotate`, body: { overlapSeconds: 3_600 } })
    expect(rotated).toMatchObject({
      status: 200,
      body: {
        key: { status: 'rotating', revision: 2, secrets: [{ version: 2 }, { version: 1 }] },
        tokenShownOnce: true,
        overlapEndsAt: new Date(clock.now() + 3_600_000).toISOString(),
      },
    })
    for (const each of [token, rotated.body.token]) expect(await keyring.verify(each)).toMatchObject({ ok: true })
    expect(await send({ method: 'POST', path: `${path}/rotate` })).toMatchObject({
      status: 409,
      body: { code: 'rotation_in_progress', overlapEndsAt: rotated.body.overlapEndsAt },
    })
    expect(await send({ method: 'DELETE', path: `${path}/previous-secret` })).toMatchObject({
      status: 200,
      body: { status: 'active', revision: 3 },
    })
    expect(await keyring.verify(token)).toMatchObject({ code: 'key_rotated' })
    const replaced = await send({ method: 'POST', path: `${path}/rotate`, body: { overlapSeconds: 0 } })
    expect(replaced.body).toMatchObject({ overlapEndsAt: null, key: { status: 'active' } })
    expect(await keyring.verify(rotated.body.token)).toMatchObject({ code: 'key_rotated' })
    expect(await keyring.verify(replaced.body.token)).toMatchObject({ ok: true })
  })

  test('rotated for the same changed input, it is rotated once: infrastructure as code repeats itself', async () => {
    const { send, make } = await world()
    const { key } = await make()
    const ask = { method: 'POST', path: `/keys/${key.id}/rotate`, headers: { 'idempotency-key': 'rotate-2030-01' } }
    const [first, again] = [await send(ask), await send(ask)]
    expect(first.body.token).toEqual(expect.any(String))
    expect(again.body).toEqual({ ...first.body, token: null })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
  })

  test('disabled and enabled, transferred, revoked; revoked again, it answers the same', async () => {
    const { send, keyring, make } = await world()
    const { key, token } = await make()
    const path = `/keys/${key.id}`
    expect(await send({ method: 'POST', path: `${path}/disable`, body: { reason: 'Leaked?' } })).toMatchObject({
      body: { status: 'disabled', disabledAt: expect.any(String) },
    })
    expect(await keyring.verify(token)).toMatchObject({ code: 'key_disabled' })
    expect(await send({ method: 'POST', path: `${path}/enable` })).toMatchObject({ body: { status: 'active' } })
    const root = { 'x-test-user': 'root' }
    const account = await send({
      method: 'POST',
      path: '/service-accounts',
      body: { name: 'ci-bot', permissions: ['prompts:*'] },
      headers: root,
    })
    const owner = { type: 'service', id: account.body.id }
    expect(await send({ method: 'POST', path: `${path}/transfer`, body: { owner }, headers: root })).toMatchObject({
      status: 200,
      body: { owner: { ...owner, name: 'ci-bot' } },
    })
    // It is no longer ada's to see.
    expect(await send({ method: 'GET', path })).toMatchObject({ status: 404 })
    const revoked = await send({ method: 'DELETE', path, body: { reason: 'Leaked' }, headers: root })
    expect(revoked).toMatchObject({ status: 200, body: { status: 'revoked', revokedReason: 'Leaked' } })
    expect(await send({ method: 'DELETE', path, headers: root })).toMatchObject({ status: 200, body: revoked.body })
    expect(await send({ method: 'POST', path: `${path}/enable`, headers: root })).toMatchObject({
      status: 409,
      body: { code: 'already_revoked', keyStatus: 'revoked' },
    })
    expect(await send({ method: 'POST', path: `${path}/rotate`, headers: root })).toMatchObject({
      status: 409,
      body: { code: 'key_not_rotatable' },
    })
  })

  test('changed with If-Match, only if it is as it was read', async () => {
    const { send, make } = await world()
    const { key } = await make()
    const ask = { method: 'PATCH', path: `/keys/${key.id}`, body: { name: 'Renamed' } }
    expect(await send({ ...ask, headers: { 'if-match': '"1"' } })).toMatchObject({ status: 200, body: { revision: 2 } })
    expect(await send({ ...ask, body: { name: 'Late' }, headers: { 'if-match': '"1"' } })).toMatchObject({
      status: 412,
      body: { code: 'version_conflict' },
    })
    expect(await send({ ...ask, body: { name: 'Any' }, headers: { 'if-match': '*' } })).toMatchObject({ status: 200 })
    for (const wrong of ['1', 'W/"3"', '"3", "4"', '"0"', '"x"']) {
      expect(await send({ ...ask, headers: { 'if-match': wrong } })).toMatchObject({
        status: 400,
        body: { code: 'malformed_request', errors: [{ header: 'If-Match' }] },
      })
    }
    const rotate = { method: 'POST', path: `/keys/${key.id}/rotate` }
    expect(await send({ ...rotate, headers: { 'if-match': '"1"' } })).toMatchObject({ status: 412 })
    expect(await send({ ...rotate, headers: { 'if-match': '"3"' } })).toMatchObject({ status: 200 })
    // A condition that is not kept is refused, never ignored.
    expect(await send({ method: 'DELETE', path: `/keys/${key.id}`, headers: { 'if-match': '"1"' } })).toMatchObject({
      status: 400,
      body: { code: 'malformed_request' },
    })
  })

  test('revoked among others, after a look at what that would do', async () => {
    const { send, make, keyring } = await world()
    const [one, foreign] = [await make(), await make({ workspaceId: 'ws_globex' })]
    const ids = [one.key.id, foreign.key.id]
    const dry = await send({ method: 'POST', path: '/keys/revoke', body: { ids, dryRun: true } })
    expect(dry).toMatchObject({
      status: 200,
      body: {
        dryRun: true,
        data: [
          { ok: true, key: { status: 'active' } },
          { ok: false, key: null, code: 'not_found' },
        ],
      },
    })
    expect(await keyring.verify(one.token)).toMatchObject({ ok: true })
    const done = await send({ method: 'POST', path: '/keys/revoke', body: { ids, reason: 'Unused' } })
    expect(done).toMatchObject({
      body: { dryRun: false, data: [{ ok: true, key: { status: 'revoked' } }, { ok: false }] },
    })
    expect(await keyring.verify(one.token)).toMatchObject({ code: 'key_revoked' })
    expect(await keyring.verify(foreign.token)).toMatchObject({ ok: true })
  })
})

describe('lists', () => {
  test('come page by page, with a link to the next one that keeps the conditions', async () => {
    const { send, make, clock } = await world()
    const ids: string[] = []
    for (let index = 0; index < 5; index += 1) {
      clock.advance(1)
      ids.unshift((await make()).key.id)
    }
    const seen: string[] = []
    let path: string | undefined = '/keys?limit=2&environment=production&status=active&status=rotating'
    while (path !== undefined) {
      const page = await send({ method: 'GET', path })
      seen.push(...page.body.data.map(({ id }: { id: string }) => id))
      const [, next] = /^<(.+)>; rel="next"$/.exec(page.headers.get('link') ?? '') ?? []
      expect(page.body.hasMore).toBe(next !== undefined)
      path = next === undefined ? undefined : `/keys${next}`
      if (path !== undefined) expect(path).toContain('status=active&status=rotating')
    }
    expect(seen).toEqual(ids)
  })

  test.each([
    '/keys',
    '/keys/ID/usage',
    '/keys/ID/callers',
    '/keys/ID/limits',
    '/usage',
    '/events',
    '/keys/ID/events',
    '/service-accounts',
    '/whoami',
    '/permissions',
  ])('%s refuses parameters that it does not know', async (path) => {
    const { send, make } = await world()
    const { key } = await make()
    const at = path.replace('ID', key.id)
    for (const query of ['workspaceId=ws_globex', '__proto__=1', 'Limit=1', 'limit=1&limit=2', 'limit=', 'limit=1e1']) {
      const { status, body: problem } = await send({
        method: 'GET',
        path: `${at}?${query}`,
        headers: { 'x-test-user': 'root' },
      })
      expect([status, problem.code], query).toEqual([422, 'validation_failed'])
      expect(problem.errors[0]).toMatchObject({ message: expect.any(String) })
    }
  })
})
