import { memoryStore } from '@claviger/store-memory'
import { testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { type ImportKeyInput, type KeyringEvent, keyActor, systemActor } from '../../../src/index.ts'
import { mostWrites } from '../../../src/store/parse-writes.ts'
import { entryFor, legacyToken, setUpImported, sha256 } from '../../support/imported.ts'
import { fails, withoutLocks } from '../../support/observed-store.ts'
import { ada, setUp } from '../../support/set-up.ts'

const many = (count: number, more: Partial<ImportKeyInput> = {}): ImportKeyInput[] =>
  Array.from({ length: count }, (_, index) => entryFor(legacyToken(index + 1), more))

describe('import', () => {
  test('stores keys as they were: name, grants, owner, times, metadata', async () => {
    const { keys, clock, importOne } = setUpImported()
    const [createdAt, lastUsedAt, expiresAt] = [-9_000, -1_000, 9_000].map((ms) => new Date(clock.now() + ms))
    const id = await importOne({ createdAt, lastUsedAt, expiresAt, hint: 'sk_live_', metadata: { row: '17' } })
    expect(await keys.get(id)).toMatchObject({
      name: 'Nightly job',
      environment: 'production',
      permissions: ['prompts:read'],
      owner: ada,
      createdBy: { type: 'system' },
      createdAt,
      lastUsedAt,
      expiresAt,
      hint: 'sk_live_',
      metadata: { row: '17' },
      imported: true,
      revision: 1,
      secrets: [{ version: 1, imported: true, createdAt, endsAt: null }],
    })
  })

  test('takes a digest in hex, base64 and base64url, and gives the same key for each', async () => {
    const { keys } = setUpImported()
    const digest = Buffer.from(sha256(legacyToken()), 'hex')
    const spellings = ['hex', 'base64', 'base64url'] as const
    const ids = new Set<string>()
    for (const text of [...spellings.map((form) => digest.toString(form)), digest.toString('hex').toUpperCase()]) {
      const { results } = await keys.import([entryFor(legacyToken(), { tokenSha256: text })])
      for (const result of results) if (result.ok) ids.add(result.id)
    }
    expect(ids.size).toBe(1)
    expect([...ids][0]).toMatch(/^[0-9A-Za-z]{16}$/)
  })

  test('imported twice, the second changes nothing, and says what was not used since', async () => {
    const { keys, keyring, clock } = setUpImported()
    const list = many(40)
    expect(await keys.import(list)).toMatchObject({ imported: 40, present: 0, failed: 0 })
    await keys.update((await keys.list({ limit: 1 })).items[0]?.id ?? '', { name: 'Renamed' })
    await keyring.verify(legacyToken(1))
    await clock.advanceAsync(0)
    const again = await keys.import(list.map((entry) => ({ ...entry, name: 'Other' })))
    expect(again).toMatchObject({ imported: 0, present: 40, notUpgraded: 39, failed: 0 })
    expect(again.results[0]).toMatchObject({ outcome: 'present', upgraded: true })
    const { items } = await keys.list({ limit: 100 })
    expect(items.map(({ name }) => name).filter((name) => name === 'Other')).toEqual([])
    expect(items).toHaveLength(40)
  })

  test('of 100 with a bad one, 99 are stored and one is reported by its place', async () => {
    const { keys } = setUpImported()
    const list = many(100)
    list[41] = { ...entryFor(legacyToken(42)), permissions: ['nothing:here'] }
    const report = await keys.import(list)
    expect(report).toMatchObject({ imported: 99, failed: 1 })
    expect(report.results.map(({ index }) => index)).toEqual([...list.keys()])
    expect(report.results[41]).toMatchObject({
      outcome: 'refused',
      error: { code: 'ERR_CLAVIGER_VALIDATION', field: 'permissions[0]' },
    })
    expect((await keys.list({ limit: 100 })).items).toHaveLength(99)
  })

  test('two entries with one digest: the second is a duplicate of the first', async () => {
    const { keys } = setUpImported()
    const base64 = Buffer.from(sha256(legacyToken(1)), 'hex').toString('base64')
    const { results, failed } = await keys.import([...many(2), entryFor('', { tokenSha256: base64, name: 'Again' })])
    expect(failed).toBe(1)
    expect(results[2]).toMatchObject({ ok: false, outcome: 'duplicate', first: 0 })
    expect((await keys.list()).items.map(({ name }) => name)).toEqual(['Nightly job', 'Nightly job'])
  })

  test('a dry run gives the same report, and stores nothing', async () => {
    const events: KeyringEvent[] = []
    const { keys, store } = setUpImported({ onEvent: (event) => void events.push(event) })
    const list = [...many(3), entryFor(legacyToken(2)), { ...entryFor(legacyToken(9)), name: '' }]
    const { dryRun, ...dry } = await keys.import(list, { dryRun: true })
    expect(dryRun).toBe(true)
    expect((await keys.list()).items).toEqual([])
    expect([store.calls.commit ?? 0, events]).toEqual([0, []])
    const { dryRun: _, ...real } = await keys.import(list)
    expect(JSON.stringify(real)).toBe(JSON.stringify(dry))
    expect(real).toMatchObject({ imported: 3, failed: 2 })
  })

  test('commits hold no more writes than stores take, with the service accounts that own keys', async () => {
    for (const wrap of [<T>(store: T) => store, withoutLocks]) {
      const { keys, store } = setUpImported({ on: wrap(memoryStore()) })
      const accounts = await Promise.all(
        [1, 2, 3].map((number) => keys.serviceAccounts.create({ name: `bot ${number}`, permissions: ['prompts:*'] })),
      )
      const before = store.calls.commit ?? 0
      const list = many(60).map((entry, index) => ({
        ...entry,
        owner: index % 2 === 0 ? ada : ({ type: 'service', id: accounts[index % 3]?.id ?? '' } as const),
      }))
      expect(await keys.import(list)).toMatchObject({ imported: 60, failed: 0 })
      expect((store.calls.commit ?? 0) - before).toBeGreaterThanOrEqual(Math.ceil(60 / (mostWrites - 1)))
    }
  })

  test('writes a line of the log and tells an event for each key, without its digest', async () => {
    const events: KeyringEvent[] = []
    const { keys } = setUpImported({ onEvent: (event) => void events.push(event) })
    await keys.import(many(2))
    expect(events).toMatchObject([{ type: 'key.imported' }, { type: 'key.imported' }])
    const { items } = await keys.activity()
    expect(items).toMatchObject([{ action: 'key.imported', before: null, after: { name: 'Nightly job' } }, {}])
    const shown = JSON.stringify([events, items, await keys.list(), await keys.import(many(2))])
    for (const number of [1, 2]) {
      expect(shown).not.toContain(sha256(legacyToken(number)))
      expect(shown).not.toContain(Buffer.from(sha256(legacyToken(number)), 'hex').toString('base64url'))
    }
  })
})

describe('an entry is reported, and not stored', () => {
  const at = (ms: number) => new Date(testClock().now() + ms)
  test.each<[string, Partial<Record<keyof ImportKeyInput | 'more', unknown>>, string]>([
    ['that was made in the future', { createdAt: at(1) }, 'createdAt'],
    ['that ends before it was made', { createdAt: at(-5), expiresAt: at(-6) }, 'expiresAt'],
    ['that was used in the future', { lastUsedAt: at(1), createdAt: at(-1) }, 'lastUsedAt'],
    ['that was used before it was made', { lastUsedAt: at(-2), createdAt: at(-1) }, 'lastUsedAt'],
    ['with a date that does not exist', { createdAt: '2024-02-30T00:00:00Z' }, 'createdAt'],
    ['without a digest', { tokenSha256: undefined }, 'tokenSha256'],
    ['with a digest of another length', { tokenSha256: 'ab'.repeat(20) }, 'tokenSha256'],
    ['with a token for a digest', { tokenSha256: legacyToken() }, 'tokenSha256'],
    ['with base64 that is not a spelling of 32 bytes', { tokenSha256: `${'A'.repeat(42)}B` }, 'tokenSha256'],
    ['with a mixed alphabet', { tokenSha256: `${'A'.repeat(40)}+_A` }, 'tokenSha256'],
    ['without a name', { name: undefined }, 'name'],
    ['without permissions', { permissions: undefined }, 'permissions'],
    ['of another environment', { environment: 'moon' }, 'environment'],
    ['without an owner', { owner: undefined }, 'owner'],
    ['with an unknown field', { more: 1 }, 'more'],
    ['whose hint is the token', { hint: legacyToken() }, 'hint'],
    ['whose name is the token', { name: legacyToken() }, 'name'],
    ['with the token among its notes', { metadata: { old: legacyToken() } }, 'metadata'],
    ['with a hint of two lines', { hint: 'a\nb' }, 'hint'],
  ])('%s', async (_, more, field) => {
    const { keys, store } = setUpImported()
    const { results } = await keys.import([entryFor(legacyToken(), more as Partial<ImportKeyInput>)])
    expect(results).toMatchObject([{ index: 0, ok: false, outcome: 'refused', error: { field } }])
    expect(JSON.stringify(results)).not.toContain(legacyToken())
    expect((await keys.list()).items).toEqual([])
    expect(store.calls.commit).toBeUndefined()
  })

  test('whatever else it is', async () => {
    const { keys } = setUpImported()
    const list = [null, undefined, 5, 'text', [], new Map(), legacyToken()] as unknown as ImportKeyInput[]
    const { results, failed } = await keys.import(list)
    expect(failed).toBe(list.length)
    expect(JSON.stringify(results)).not.toContain(legacyToken())
  })

  test('that lives longer than the policy allows', async () => {
    const { keys, clock } = setUpImported({ policy: { maxLifetime: '30d' } })
    const day = 86_400_000
    const { results } = await keys.import([
      entryFor(legacyToken(1)),
      entryFor(legacyToken(2), { expiresAt: new Date(clock.now() + 31 * day) }),
      entryFor(legacyToken(3), { expiresAt: new Date(clock.now() + 29 * day) }),
    ])
    expect(results.map(({ ok }) => ok)).toEqual([false, false, true])
  })
})

describe('a list is refused as a whole', () => {
  test.each([[{}], ['text'], [null], [undefined], [new Set()]])('that is not a list: %j', async (list) => {
    const { keys } = setUpImported()
    await expect(keys.import(list as never)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field: 'list' })
  })

  test('of more than 1 000 entries, or more than 1 MiB', async () => {
    const { keys, store } = setUpImported()
    await expect(keys.import(many(1_001))).rejects.toThrow('at most 1000')
    const heavy = many(400, { metadata: { a: 'x'.repeat(1_000), b: 'x'.repeat(1_000), c: 'x'.repeat(1_000) } })
    await expect(keys.import(heavy)).rejects.toThrow('more than 1048576 bytes')
    expect(store.calls.commit).toBeUndefined()
    expect(await keys.import([])).toMatchObject({ imported: 0, failed: 0, results: [] })
  })

  test('on a keyring that takes no imported tokens, or none any more', async () => {
    const clock = testClock()
    for (const { keys } of [setUp(), setUpImported({ at: clock }, new Date(clock.now()))]) {
      await expect(keys.import(many(1))).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'import' })
    }
  })

  test('with options there are not', async () => {
    const { keys } = setUpImported()
    await expect(keys.import([], { dryrun: true } as never)).rejects.toMatchObject({ field: 'dryrun' })
    await expect(keys.import([], { dryRun: 'yes' } as never)).rejects.toMatchObject({ field: 'dryRun' })
  })
})

describe('who imports hands out no more than it holds', () => {
  const member = { type: 'user', id: 'ada', workspaceId: 'ws_acme', permissions: ['prompts:read'] } as const

  test('a user imports keys of its own, with its own permissions', async () => {
    const { keyring } = setUpImported()
    const keys = keyring.as(member)
    const { results } = await keys.import([
      entryFor(legacyToken(1)),
      entryFor(legacyToken(2), { permissions: ['prompts:write'] }),
      entryFor(legacyToken(3), { owner: { type: 'user', id: 'eve' } }),
      entryFor(legacyToken(4), { owner: { type: 'service', id: 'svc_bot' } }),
    ])
    expect(results).toMatchObject([
      { outcome: 'imported' },
      { error: { code: 'ERR_CLAVIGER_PERMISSION_CEILING', missing: ['prompts:write'] } },
      { error: { code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'create' } },
      { error: { code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'create' } },
    ])
  })

  test('an actor that may not create may not import', async () => {
    const { keyring } = setUpImported()
    const keys = keyring.as({ ...member, can: { create: false } })
    await expect(keys.import(many(1))).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'create' })
  })

  test('a key imports for its owner, in its environment, nothing that outlives it, and only while it is good', async () => {
    const { create, keyring, keys, clock } = setUpImported({ resolveOwner: () => ['*:*', 'keys:manage'] })
    const expiresAt = new Date(clock.now() + 60_000)
    const made = await create({ permissions: ['*:*', 'keys:manage'], expiresAt })
    const verification = await keyring.verify(made.token)
    if (!verification.ok) throw new Error(verification.code)
    const acting = keyring.as(keyActor(verification.apiKey))
    const list = [
      entryFor(legacyToken(1), { expiresAt }),
      entryFor(legacyToken(2)),
      entryFor(legacyToken(3), { expiresAt, environment: 'ci' }),
      ...many(40, { expiresAt }).slice(3),
    ]
    const report = await acting.import(list)
    expect(report).toMatchObject({ imported: 38, failed: 2 })
    expect(report.results.slice(1, 3)).toMatchObject([
      { error: { subject: 'expiresAt' } },
      { error: { subject: 'environment' } },
    ])
    await keys.revoke(made.key.id)
    await expect(acting.import([entryFor(legacyToken(99), { expiresAt })])).rejects.toMatchObject({ subject: 'act' })
  })

  test('an owner must exist: a user whom the host knows, a service account that was not deleted and covers the grants', async () => {
    const { keys } = setUpImported({ resolveOwner: ({ owner }) => (owner.id === 'ada' ? ['*:*'] : null) })
    const { id } = await keys.serviceAccounts.create({ name: 'bot', permissions: ['prompts:read'] })
    const gone = await keys.serviceAccounts.create({ name: 'old bot', permissions: ['prompts:read'] })
    await keys.serviceAccounts.delete(gone.id)
    const owners = [
      ada,
      { type: 'user', id: 'nobody' },
      { type: 'service', id },
      { type: 'service', id: gone.id },
      { type: 'service', id: 'svc_none' },
    ] as const
    const list = owners.map((owner, index) => entryFor(legacyToken(index + 1), { owner }))
    const wide = entryFor(legacyToken(9), { owner: { type: 'service', id }, permissions: ['prompts:*'] })
    const { results } = await keys.import([...list, wide])
    expect(results.map((result) => (result.outcome === 'refused' ? result.error.code : result.outcome))).toEqual([
      'imported',
      'ERR_CLAVIGER_FORBIDDEN',
      'imported',
      'ERR_CLAVIGER_FORBIDDEN',
      'ERR_CLAVIGER_FORBIDDEN',
      'ERR_CLAVIGER_PERMISSION_CEILING',
    ])
  })

  test('an actor of some resources imports nothing, since an imported key reaches all', async () => {
    const { keyring } = setUpImported({ resources: ['project'] })
    const { results } = await keyring.as({ ...member, resources: { project: ['p1'] } }).import(many(1))
    expect(results).toMatchObject([{ outcome: 'refused', error: { code: 'ERR_CLAVIGER_PERMISSION_CEILING' } }])
  })

  test('a key of some addresses imports nothing, since an imported key works from anywhere', async () => {
    const { keyring, create } = setUpImported({ resolveOwner: () => ['*:*', 'keys:manage'] })
    const { token } = await create({ permissions: ['*:*', 'keys:manage'] as never, allowedAddresses: ['203.0.113.7'] })
    const verification = await keyring.verify(token, { address: '203.0.113.7' })
    if (!verification.ok) throw new Error(verification.code)
    const report = await keyring.as(keyActor(verification.apiKey)).import(many(1))
    expect(report).toMatchObject({ imported: 0, failed: 1 })
    expect(report.results[0]).toMatchObject({ error: { subject: 'allowedAddresses' } })
  })

  test('a user is asked about once for a whole list', async () => {
    let asked = 0
    const { keys } = setUpImported({
      resolveOwner: () => {
        asked += 1
        return ['*:*']
      },
    })
    await keys.import(many(60))
    expect(asked).toBe(1)
  })

  test('a digest of another workspace is refused, and its key stays where it is', async () => {
    const { keyring, keys } = setUpImported()
    await keys.import(many(1))
    const { results } = await keyring.as(systemActor('ws_globex')).import([...many(1), entryFor(legacyToken(5))])
    expect(results).toMatchObject([{ outcome: 'refused', error: { code: 'ERR_CLAVIGER_CONFLICT' } }, { ok: true }])
    expect(await keyring.verify(legacyToken(1))).toMatchObject({ apiKey: { workspaceId: 'ws_acme' } })
  })

  test('a revoked key is not revived', async () => {
    const { keys, keyring, importOne } = setUpImported()
    await keys.revoke(await importOne())
    expect(await keys.import(many(1))).toMatchObject({ imported: 0, present: 1 })
    expect(await keyring.verify(legacyToken())).toMatchObject({ code: 'key_revoked' })
  })
})

describe('under way', () => {
  test('two processes import one list at once: each key once, and no entry fails', async () => {
    const shared = memoryStore()
    const clock = testClock()
    const [one, two] = [setUpImported({ on: shared, at: clock }), setUpImported({ on: shared.connect(), at: clock })]
    const { id } = await one.keys.serviceAccounts.create({ name: 'bot', permissions: ['prompts:*'] })
    const list = many(90, { owner: { type: 'service', id } })
    const reports = await Promise.all([one.keys.import(list), two.keys.import(list)])
    expect(reports.map(({ failed }) => failed)).toEqual([0, 0])
    expect(reports.reduce((sum, { imported }) => sum + imported, 0)).toBe(90)
    expect((await one.keys.list({ limit: 100 })).items).toHaveLength(90)
  })

  test('a store that fails on the way is not asked for the rest; imported again, the list is whole', async () => {
    const { keys, store } = setUpImported()
    let commits = 0
    store.before('commit', () => {
      commits += 1
      if (commits > 2) fails()
    })
    const perCommit = mostWrites - 1
    const first = await keys.import(many(90))
    expect(first.imported).toBe(2 * perCommit)
    expect(first.results.filter(({ outcome }) => outcome === 'refused')).toHaveLength(90 - 2 * perCommit)
    expect(first.results.at(-1)).toMatchObject({ error: { code: 'ERR_CLAVIGER_UNAVAILABLE' } })
    expect(commits).toBe(3)
    store.before('commit', undefined)
    expect(await keys.import(many(90))).toMatchObject({
      imported: 90 - 2 * perCommit,
      present: 2 * perCommit,
      failed: 0,
    })
  })

  test('keys whose answer was lost count as imported, and are told', async () => {
    const events: KeyringEvent[] = []
    const { keys, store } = setUpImported({ onEvent: (event) => void events.push(event) })
    store.after('commit', fails)
    expect(await keys.import(many(20))).toMatchObject({ imported: 20, failed: 0 })
    expect(events).toHaveLength(20)
  })
})

describe('a hint never holds enough of a token to matter', () => {
  test.each([
    [undefined, '(imported)'],
    ['', '(imported)'],
    ['sk_live_ab12', 'sk_live_ab12'],
    ['sk_live_ab12…9xyz', 'sk_live_…9xyz'],
    [legacyToken(2), 'sk_live_…0002'],
    ['x'.repeat(128), 'xxxxxxxx…xxxx'],
  ])('%s', async (hint, shown) => {
    const { keys, importOne } = setUpImported()
    expect((await keys.get(await importOne({ hint }))).hint).toBe(shown)
  })

  test('and never one of our tokens', async () => {
    const { keys, importOne, create } = setUpImported()
    const { token } = await create()
    const { hint } = await keys.get(await importOne({ hint: token }))
    expect(hint.length).toBeLessThanOrEqual(13)
  })
})
