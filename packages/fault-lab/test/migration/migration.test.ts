import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { expect, test } from 'vitest'
import type { StoreSetUp } from '../../src/protocol.ts'
import { type RemoteKeyring, startRemote } from '../remote-keyring.ts'
import { expectAll } from './aftermath.ts'
import { grow } from './grow.ts'
import { startLife } from './life.ts'
import { type MigrationPlace, migrationPlaces, textOf } from './places.ts'
import { makeKey, type Population, populate } from './population.ts'

/*
 * What docs/guides/rolling-deployments.md and docs/guides/sql.md promise of a new version's migrations: a database that a
 * process of the first version (see fixtures/version-1) made and filled is migrated while that process works on.
 * `FAULT_LAB_KEYS` says of how many keys, with ten times as many lines of the log; most of them are copies.
 */
const count = 1_200
const copies = Math.round(Number(process.env.FAULT_LAB_KEYS ?? 0) / 1_000)
const only = process.env.FAULT_LAB_ON
// So that requests read the database, and not the cache.
const settings = { recordAgeMs: 20 }

type Way = (place: MigrationPlace, url: string) => Promise<void>

/** How a host applies a migration: each is safe to do again, and to do twice at once. */
const ways: Readonly<Record<string, Way>> = {
  'migrate() in two processes at once, and again': async (place, url) => {
    const applied = await Promise.all([place.migrate(url), place.migrate(url)])
    expect(applied.flat()).toEqual(['0002-record-version-2'])
    expect(await place.migrate(url)).toEqual([])
  },
  'the text, twice': async (place, url) => {
    for (let times = 0; times < 2; times += 1) await place.run(url, textOf(place))
    expect(await place.migrate(url)).toEqual([])
  },
  'the text and migrate() at once': async (place, url) => {
    await Promise.all([place.migrate(url), place.run(url, textOf(place))])
    expect(await place.migrate(url)).toEqual([])
  },
}

const places = migrationPlaces.filter(({ kind }) => only === undefined || kind === only)
for (const place of places) {
  // Each way on a database of its own.
  for (const [title, migrate] of Object.entries(ways)) {
    const suite = await serverOrSkip<{ readonly url: string; stop(): Promise<void> }>(place.name, place.start)

    suite.describe(`a populated database of the first version, on ${place.name}`, () => {
      test(`is migrated under traffic by ${title}: nothing is refused, nothing lost`, async () => {
        const { url } = suite.server()
        await outlive(`${place.name}, ${title}`, { kind: place.kind, url }, population(place, url), async () => {
          await expect(startRemote('present', { store: { kind: place.kind, url } })).rejects.toThrow('exited')
          return { migrate: () => migrate(place, url), complete: () => place.run(url, textOf(place)) }
        })
      })
    })
  }
}

const redis = await serverOrSkip('Redis', () => startRedis({ keepData: true }))
redis.describe('a populated Redis of the first version', () => {
  test('has nothing to migrate: a process of this version takes it as it is', async () => {
    const store: StoreSetUp = { kind: 'redis', url: redis.server().url }
    await outlive(
      'Redis',
      store,
      (old) => populate(old, count),
      async () => ({ migrate: async () => {} }),
    )
  })
})

function population(place: MigrationPlace, url: string): (old: RemoteKeyring) => Promise<Population> {
  return async (old) => {
    const made = await populate(old, count)
    if (copies > 0) await grow(place, url, { keys: copies, lines: 6 * copies })
    return made
  }
}

/** How a database is migrated, and what is left to do when no old process writes to it any more. */
interface Migrating {
  readonly migrate: () => Promise<void>
  readonly complete?: () => Promise<void>
}

/** Fills a database by a process of the first version, migrates it while that works on, and lets one of this version join. */
async function outlive(
  title: string,
  store: StoreSetUp,
  fill: (old: RemoteKeyring) => Promise<Population>,
  prepare: () => Promise<Migrating>,
): Promise<void> {
  const old = await startRemote('first', { store, settings, migrates: true })
  const running: RemoteKeyring[] = [old]
  try {
    const made = await fill(old)
    const { migrate, complete } = await prepare()

    const life = startLife([old], made)
    await moves(() => life.verified + life.changed)
    life.longest()
    const startedAt = performance.now()
    await migrate()
    const took = Math.round(performance.now() - startedAt)
    const { verification, change } = life.longest()
    await moves(() => life.verified + life.changed)
    await life.stop()
    process.stdout.write(
      `${title}, ${made.keys.length + 1_000 * copies} keys: ${took} ms; longest verification ${verification} ms, longest change ${change} ms\n`,
    )
    expect({ refused: life.refused, failed: life.failed }).toEqual({ refused: [], failed: [] })

    const now = await startRemote('present', { store, settings, migrates: true, remembers: true })
    running.push(now)
    const both = startLife([old, now], made)
    await moves(() => both.verified + both.changed)
    await both.stop()
    expect({ refused: both.refused, failed: both.failed }).toEqual({ refused: [], failed: [] })

    for (const process of running) await expectAll(process, made)
    for (const process of running) await process.keyring.flush()
    await old.end()
    await complete?.()
    // Where there is no index of old keys, none of them is due before it changes.
    await expectUsable(now, made, complete === undefined ? [] : [...made.ending])
  } finally {
    await Promise.all(running.map((process) => process.end()))
  }
}

/** Waits until a thousand things have happened. */
async function moves(done: () => number): Promise<void> {
  const until = done() + 1_000
  await expect.poll(done, { timeout: 30_000, interval: 20 }).toBeGreaterThan(until)
}

/**
 * Old keys are as good as new ones: they are counted, reminded of and can be limited.
 *
 * @param ending keys that old processes made, before and after the migration, and that end soon
 */
async function expectUsable(now: RemoteKeyring, population: Population, ending: readonly string[]): Promise<void> {
  const used = population.keys.find(({ isRevoked }) => !isRevoked)
  if (used === undefined) throw new Error('Expected a key.')
  const before = (await now.keys.usage(used.id)).totals.requests
  expect(before).toBeGreaterThan(0)
  await now.get(used.tokens.at(-1) ?? '')
  await now.keyring.flush()
  expect((await now.keys.usage(used.id)).totals.requests).toBe(before + 1)

  await makeKey(now, population, 10)
  await now.keyring.remind()
  const told = (await now.events()).flatMap(({ type, key }) => (type === 'key.expiring' && key ? [key.id] : []))
  const alive = new Set(population.keys.flatMap(({ id, isRevoked }) => (isRevoked ? [] : [id])))
  expect(told).toEqual(expect.arrayContaining(ending.filter((id) => alive.has(id))))
  expect(new Set(told).size).toBe(told.length)
  expect(told.filter((id) => !alive.has(id) || !population.ending.has(id))).toEqual([])

  const [first, second] = population.keys.filter(({ isRevoked }) => !isRevoked)
  if (first === undefined || second === undefined) throw new Error('Expected keys.')
  await now.keys.update(first.id, { allowedAddresses: ['192.0.2.0/24'] })
  await now.keys.update(second.id, { allowedAddresses: ['127.0.0.1'] })
  expect([await now.get(first.tokens.at(-1) ?? ''), await now.get(second.tokens.at(-1) ?? '')]).toEqual([403, 204])
}
