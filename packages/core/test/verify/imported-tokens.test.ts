import { memoryStore } from '@claviger/store-memory'
import { testClock } from '@claviger/testing'
import { describe, expect, test, vi } from 'vitest'
import { argon2id, hmacSha256 } from '../../src/index.ts'
import { forged } from '../support/foreign-tokens.ts'
import { hashesDuring } from '../support/hashes-during.ts'
import { entryFor, legacyToken, setUpImported, sha256 } from '../support/imported.ts'
import { fails } from '../support/observed-store.ts'
import { ada, pepper, setUp } from '../support/set-up.ts'

// The real library, with its calls counted.
vi.mock('@node-rs/argon2', async (original) => {
  const library = await original<typeof import('@node-rs/argon2')>()
  return { ...library, verify: vi.fn(library.verify) }
})

const recordAgeMs = 10_000

describe('the token of an imported key', () => {
  test('is accepted, and is the key that was imported', async () => {
    const { keyring, importOne } = setUpImported()
    const id = await importOne({ metadata: { plan: 'gold' } })
    expect(await keyring.verify(legacyToken())).toMatchObject({
      ok: true,
      apiKey: { id, name: 'Nightly job', permissions: ['prompts:read'], owner: ada, metadata: { plan: 'gold' } },
    })
  })

  test('is stored as its digest, and silently as a hash of ours once it was used; the second use runs no argon2', async () => {
    const hasher = argon2id({ memoryKiB: 7_168, iterations: 1 })
    const { keyring, importOne, store, clock } = setUpImported({ hasher })
    const id = await importOne()
    const secret = async () => {
      const record = (await store.find([id])).get(id)
      if (typeof record !== 'object') throw new Error('not stored')
      return { ...record.secrets[0], revision: record.revision }
    }
    const digest = Buffer.from(sha256(legacyToken()), 'hex').toString('base64url')
    const before = await secret()
    expect(before).toMatchObject({ hash: `$sha256$${digest}`, pepperId: null, imported: true, revision: 1 })
    const head = (await store.poll?.(null))?.head
    expect(await hashesDuring(() => keyring.verify(legacyToken()))).toBe(0)
    await vi.waitFor(async () => expect((await secret()).hash).toMatch(/^\$argon2id\$/))
    const after = await secret()
    expect(after).toMatchObject({ imported: true, revision: 1, hint: before.hint, createdAt: before.createdAt })
    expect(after.tag).not.toBe(before.tag)
    expect((await store.poll?.(null))?.head).toEqual(head)
    await clock.advanceAsync(recordAgeMs + 1)
    const uses = async () => expect(await keyring.verify(legacyToken())).toMatchObject({ ok: true })
    expect(await hashesDuring(uses)).toBe(0)
  })

  test('is accepted by another process too, before and after it was upgraded', async () => {
    const shared = memoryStore()
    const clock = testClock()
    const [one, two] = [setUpImported({ on: shared, at: clock }), setUpImported({ on: shared.connect(), at: clock })]
    const id = await one.importOne()
    expect(await two.keyring.verify(legacyToken())).toMatchObject({ ok: true })
    await clock.advanceAsync(0)
    expect(await one.keyring.verify(legacyToken())).toMatchObject({ ok: true })
    await clock.advanceAsync(recordAgeMs + 1)
    for (const { keyring } of [one, two]) expect(await keyring.verify(legacyToken())).toMatchObject({ ok: true })
    expect(JSON.stringify((await shared.find([id])).get(id))).not.toContain('$sha256$')
  })

  test('is hot after the first use: no read of the store', async () => {
    const { keyring, importOne, store } = setUpImported()
    await importOne()
    await keyring.verify(legacyToken())
    const reads = store.calls.find
    for (let use = 0; use < 5; use += 1) expect(await keyring.verify(legacyToken())).toMatchObject({ ok: true })
    expect(store.calls.find).toBe(reads)
  })

  test('is upgraded under a pepper, also where hashes without one are announced', async () => {
    const hashers = [
      hmacSha256({ pepper }),
      argon2id({ memoryKiB: 7_168, iterations: 1, pepper: { id: 'p', secret: pepper } }),
      argon2id({ memoryKiB: 7_168, iterations: 1, pepper: { id: 'p', secret: pepper }, nextPepper: null }),
    ]
    for (const hasher of hashers) {
      const { keyring, importOne, store } = setUpImported({ hasher })
      const id = await importOne()
      await keyring.verify(legacyToken())
      await vi.waitFor(async () => expect(JSON.stringify((await store.find([id])).get(id))).toContain('hmac-sha256$'))
    }
  })

  test('is hashed in the part that its issuer hashed, whatever stands around it', async () => {
    const importedTokens = { pattern: /^\d+\|(?<secret>[0-9A-Za-z]{40})$/ }
    const { keyring, keys, clock } = setUp({ importedTokens })
    const secret = 'a1B2'.repeat(10)
    const { results } = await keys.import([entryFor(secret)])
    expect(results).toMatchObject([{ ok: true }])
    for (const round of [1, 2]) {
      expect(await keyring.verify(`12|${secret}`), `round ${round}`).toMatchObject({ ok: true })
      expect(await keyring.verify(secret)).toMatchObject({ ok: false, code: 'malformed_key' })
      expect(await keyring.verify(`12|${'b'.repeat(40)}`)).toMatchObject({ ok: false, code: 'invalid_key' })
      await clock.advanceAsync(recordAgeMs + 1)
    }
  })
})

describe('what is no imported token', () => {
  test('the digest itself, in any spelling, is refused', async () => {
    const { keyring, keys } = setUp({
      importedTokens: { pattern: /^[\w-]{40,64}$/i },
      prefix: 'a',
      environments: ['b'],
    })
    const token = 'f'.repeat(64)
    const { results } = await keys.import([entryFor(token, { environment: 'b' })])
    expect(results).toMatchObject([{ ok: true }])
    const digest = Buffer.from(sha256(token), 'hex')
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    for (const text of [digest.toString('hex'), digest.toString('hex').toUpperCase(), digest.toString('base64url')]) {
      expect(await keyring.verify(text)).toEqual({ ok: false, code: 'invalid_key' })
    }
    for (const text of [digest.toString('base64'), `$sha256$${digest.toString('base64url')}`]) {
      expect(await keyring.verify(text)).toMatchObject({ ok: false })
    }
  })

  test('what has the form of our tokens is ours, with a wrong check too, and costs no read', async () => {
    const { create, keyring, store } = setUpImported()
    const { token } = await create()
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    const reads = store.calls.find
    const altered = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')
    expect(await keyring.verify(altered)).toEqual({ ok: false, code: 'malformed_key', hint: 'checksum' })
    expect(store.calls.find).toBe(reads)
    expect(await keyring.verify(forged(token))).toEqual({ ok: false, code: 'invalid_key' })
  })

  test('what has the form of our tokens is ours, also where the pattern matches some of them', async () => {
    const pattern = /^acme_production_[Q-T][0-9A-Za-z]{64}$/
    const { keyring, keys, store, create } = setUpImported({ importedTokens: { pattern } })
    const wrong = `acme_production_${'Q'.padEnd(65, '7')}`
    expect(await keys.import([entryFor(wrong)])).toMatchObject({ imported: 1 })
    const reads = store.calls.find
    expect(await keyring.verify(wrong)).toEqual({ ok: false, code: 'malformed_key', hint: 'checksum' })
    expect(store.calls.find).toBe(reads)
    const { token } = await create()
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('the id of an imported token does not change between releases', async () => {
    const { importOne } = setUpImported()
    const id = await importOne()
    expect(id).toBe('nqlAFdKD7py8fSfI')
  })

  test('other texts are malformed as before, and nothing is read', async () => {
    const { keyring, store } = setUpImported()
    for (const text of [
      '',
      'sk_live_',
      `${legacyToken()} `,
      legacyToken().toUpperCase(),
      `x${legacyToken()}`,
      'x'.repeat(150),
    ]) {
      expect(await keyring.verify(text)).toMatchObject({ ok: false, code: 'malformed_key' })
    }
    expect(store.calls.find).toBeUndefined()
  })

  test('a keyring without imported tokens refuses them, also of a key that was imported', async () => {
    const shared = memoryStore()
    const clock = testClock()
    await setUpImported({ on: shared, at: clock }).importOne()
    const { keyring } = setUp({ on: shared.connect(), at: clock })
    expect(await keyring.verify(legacyToken())).toMatchObject({ ok: false, code: 'malformed_key' })
  })

  test('an unknown one is remembered like any other: one read for the same text, however often it comes', async () => {
    const { keyring, store, clock } = setUpImported()
    const flood = async (): Promise<void> => {
      const answers = await Promise.all(Array.from({ length: 500 }, () => keyring.verify(legacyToken(7))))
      expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
        new Set(['{"ok":false,"code":"invalid_key"}']),
      )
    }
    await flood()
    await flood()
    expect(store.calls.find).toBe(1)
    await clock.advanceAsync(2_000)
    await flood()
    expect(store.calls.find).toBe(2)
  })

  test('20 000 different ones are read in batches, as unknown ids are', async () => {
    const { keyring, store } = setUpImported()
    let refused = 0
    for (let from = 0; from < 20_000; from += 5_000) {
      const texts = Array.from({ length: 5_000 }, (_, index) => legacyToken(from + index + 1))
      for (const answer of await Promise.all(texts.map((text) => keyring.verify(text)))) {
        if (!answer.ok && answer.code === 'invalid_key') refused += 1
      }
    }
    expect(refused).toBe(20_000)
    expect(store.calls.find).toBeLessThanOrEqual(40)
  })

  test('a token that was unknown works at once when it is imported here', async () => {
    const { keyring, importOne } = setUpImported()
    expect(await keyring.verify(legacyToken())).toMatchObject({ ok: false })
    await importOne()
    expect(await keyring.verify(legacyToken())).toMatchObject({ ok: true })
  })
})

describe('the end of all imported tokens', () => {
  const until = (clock: { now(): number }): Date => new Date(clock.now() + 60_000)

  test('is exact, for used, cached and upgraded ones, and costs no read', async () => {
    const clock = testClock()
    const { keyring, importOne, store, create } = setUpImported({ at: clock }, until(clock))
    await importOne()
    const { token } = await create()
    const verification = await keyring.verify(legacyToken())
    expect(verification).toMatchObject({ ok: true, endsAt: clock.now() + 60_000 })
    await clock.advanceAsync(59_999)
    expect(await keyring.verify(legacyToken())).toMatchObject({ ok: true })
    await clock.advanceAsync(1)
    const reads = store.calls.find
    for (const text of [legacyToken(), legacyToken(9)]) {
      expect(await keyring.verify(text)).toEqual({ ok: false, code: 'invalid_key' })
    }
    expect(store.calls.find).toBe(reads)
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
  })

  test('needs no store: it may be down', async () => {
    const clock = testClock()
    const { keyring, store } = setUpImported({ at: clock }, new Date(clock.now()))
    for (const method of ['find', 'poll', 'ready'] as const) store.before(method, fails)
    expect(await keyring.verify(legacyToken())).toEqual({ ok: false, code: 'invalid_key' })
  })

  test('spares the token of ours that a rotation gave', async () => {
    const clock = testClock()
    const { keyring, keys, importOne } = setUpImported({ at: clock }, until(clock))
    const id = await importOne()
    const { token } = await keys.rotate(id)
    await clock.advanceAsync(60_000)
    expect(await keyring.verify(token)).toMatchObject({ ok: true, apiKey: { id } })
    expect(await keyring.verify(legacyToken())).toEqual({ ok: false, code: 'invalid_key' })
  })

  test('ends what was opened with an imported token', async () => {
    const clock = testClock()
    const { keyring, importOne } = setUpImported({ at: clock }, until(clock))
    await importOne()
    const verification = await keyring.verify(legacyToken())
    if (!verification.ok) throw new Error(verification.code)
    const signal = keyring.watch(verification.apiKey)
    await clock.advanceAsync(59_000)
    expect(signal.aborted).toBe(false)
    await clock.advanceAsync(30_000)
    expect(signal.aborted).toBe(true)
  })
})

describe('the life of an imported key', () => {
  test('rotated, it gives a token of ours; the imported one ends with the overlap', async () => {
    const { keyring, keys, importOne, clock } = setUpImported()
    const id = await importOne()
    const { token, key } = await keys.rotate(id, { overlap: '1h' })
    expect(token).toMatch(/^acme_production_[0-9A-Za-z]{65}$/)
    expect(token).toContain(`_${id}`)
    expect(key).toMatchObject({ id, imported: true, secrets: [{ imported: false }, { imported: true }] })
    for (const text of [token, legacyToken()]) expect(await keyring.verify(text)).toMatchObject({ ok: true })
    await clock.advanceAsync(3_600_000)
    expect(await keyring.verify(legacyToken())).toMatchObject({ ok: false, code: 'key_rotated' })
    expect(await keyring.verify(token)).toMatchObject({ ok: true, apiKey: { id } })
    expect((await keys.rotate(id, { overlap: 0 })).key).toMatchObject({ imported: false })
    expect(await keyring.verify(legacyToken())).toMatchObject({ ok: false, code: 'invalid_key' })
  })

  test('revoked, disabled or expired, its token is refused with the reason', async () => {
    const { keyring, keys, importOne, clock } = setUpImported()
    const ends = new Date(clock.now() + 1_000)
    const ids = [
      await importOne(),
      await importOne({}, legacyToken(2)),
      await importOne({ expiresAt: ends }, legacyToken(3)),
    ]
    await keys.revoke(ids[0] ?? '')
    await keys.disable(ids[1] ?? '')
    await clock.advanceAsync(1_000)
    const codes = await Promise.all([1, 2, 3].map(async (number) => keyring.verify(legacyToken(number))))
    expect(codes).toMatchObject([{ code: 'key_revoked' }, { code: 'key_disabled' }, { code: 'key_expired' }])
  })

  test('diagnosed, it says that it was imported, and whether it was used since', async () => {
    const clock = testClock()
    const { keyring, keys, importOne, store } = setUpImported({ at: clock }, new Date(clock.now() + 60_000))
    const id = await importOne()
    const note = async (target: string | { id: string }) => {
      const { ok, checks } = await keys.diagnose(target)
      return { ok, detail: checks.find(({ check }) => check === 'imported')?.detail }
    }
    const end = new Date(clock.now() + 60_000).toISOString()
    expect(await note(legacyToken())).toEqual({ ok: true, detail: expect.stringContaining('was not used here yet') })
    await keyring.verify(legacyToken())
    await clock.advanceAsync(0)
    await vi.waitFor(async () => expect(JSON.stringify((await store.find([id])).get(id))).not.toContain('$sha256$'))
    for (const target of [legacyToken(), { id }]) {
      const { detail } = await note(target)
      expect(detail).toContain('first use here has replaced')
      expect(detail).toContain(end)
    }
    expect(await keys.diagnose(legacyToken(5))).toMatchObject({ ok: false, code: 'not_in_this_workspace' })
    await clock.advanceAsync(60_000)
    expect(await keys.diagnose(legacyToken())).toMatchObject({
      ok: false,
      code: 'imported_tokens_ended',
      checks: [{ ok: true }, { check: 'format', ok: false, detail: expect.stringContaining(end) }],
    })
  })
})
