import type { FollowerAnswer, FollowerClaim } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { purgeAll, same, start } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

const forMs = 30_000

const claim = (overrides: Partial<FollowerClaim> = {}): FollowerClaim => {
  const at = overrides.at ?? start
  return { name: 'siem', holder: 'a', at, until: at + forMs, ...overrides }
}

/** Who follows the log, and how far they have come. */
export const followers: ContractGroup = {
  title: 'followers',
  define(test) {
    test('makes the first who asks the follower of a name, and tells others who it is', async ({ need }) => {
      const { claimFollower } = need('claimFollower')
      const state = { holder: 'a', until: start + forMs, position: null }
      same(await claimFollower(claim()), { ...state, isHeld: true })
      same(await claimFollower(claim({ holder: 'b', at: start + 1 })), { ...state, isHeld: false })
    })

    test('lets the follower stay, and stores how far it has come', async ({ need }) => {
      const { claimFollower } = need('claimFollower')
      await claimFollower(claim())
      const later = claim({ at: start + 10, position: 7 })
      const state = { holder: 'a', until: later.until, position: 7, isHeld: true }
      same(await claimFollower(later), state)
      same(await claimFollower(claim({ at: start + 10 })), state)
    })

    test('stores a place of the follower alone, and not of one who only becomes it', async ({ need }) => {
      const { claimFollower } = need('claimFollower')
      same((await claimFollower(claim({ position: 5 }))).position, null)
      await claimFollower(claim({ position: 6 }))
      same((await claimFollower(claim({ holder: 'b', at: start + 1, position: 9 }))).position, 6)
      same((await claimFollower(claim({ holder: 'b', at: start + forMs, position: 9 }))).position, 6)
    })

    test('lets another take over what has run out, and no sooner', async ({ need }) => {
      const { claimFollower } = need('claimFollower')
      await claimFollower(claim())
      await claimFollower(claim({ position: 3 }))
      assert.equal((await claimFollower(claim({ holder: 'b', at: start + forMs - 1 }))).isHeld, false)
      const taken = await claimFollower(claim({ holder: 'b', at: start + forMs }))
      same(taken, { holder: 'b', until: start + 2 * forMs, position: 3, isHeld: true })
      // The one before learns of it, and moves nothing any more.
      const late = await claimFollower(claim({ at: start + forMs + 1, position: 8 }))
      same(late, { holder: 'b', until: start + 2 * forMs, position: 3, isHeld: false })
    })

    test('lets a follower give up, with its place, and another begin there at once', async ({ need }) => {
      const { claimFollower } = need('claimFollower')
      await claimFollower(claim())
      const given = await claimFollower(claim({ until: 0, position: 4 }))
      assert.equal(given.isHeld, false)
      const next = await claimFollower(claim({ holder: 'b', at: start + 1 }))
      same(next, { holder: 'b', until: start + 1 + forMs, position: 4, isHeld: true })
      // To give up what is another's, or no one's, changes nothing.
      assert.equal((await claimFollower(claim({ until: 0, position: 9 }))).position, 4)
      assert.equal((await claimFollower(claim({ name: 'new', until: 0 }))).isHeld, false)
      assert.equal((await claimFollower(claim({ holder: 'b', at: start + 2 }))).isHeld, true)
    })

    test('of many who ask at once, one gets it', async ({ need }) => {
      const { claimFollower, second } = need('claimFollower', 'second')
      const other = (await second()).claimFollower
      assert.ok(other !== undefined, 'the second handle has no claimFollower()')
      for (const at of [start, start + forMs, start + 2 * forMs]) {
        const answers: readonly FollowerAnswer[] = await Promise.all(
          Array.from({ length: 8 }, (_, index) =>
            (index % 2 === 0 ? claimFollower : other)(claim({ holder: `holder-${at}-${index}`, at })),
          ),
        )
        const winners = answers.filter(({ isHeld }) => isHeld)
        assert.equal(winners.length, 1)
        for (const { holder } of answers) assert.equal(holder, winners[0]?.holder)
      }
    })

    test('keeps names apart, exactly as they are', async ({ need }) => {
      const { claimFollower } = need('claimFollower')
      const names = ['siem', 'SIEM', 'siem ', `it's \\ " % _ :\u{1f511}`, 'n'.repeat(128)]
      for (const [position, name] of names.entries()) {
        await claimFollower(claim({ name }))
        await claimFollower(claim({ name, position }))
      }
      for (const [position, name] of names.entries()) same((await claimFollower(claim({ name }))).position, position)
    })

    test('survives that the store is opened again', async ({ need }) => {
      const { claimFollower, reopen } = need('claimFollower', 'reopen')
      await claimFollower(claim())
      await claimFollower(claim({ position: 5 }))
      const reopened = await reopen()
      const answer = await reopened.claimFollower?.(claim({ holder: 'b', at: start + 1 }))
      same(answer, { holder: 'a', until: start + forMs, position: 5, isHeld: false })
    })

    test('is not purged, and moves no head', async ({ need }) => {
      const { claimFollower, purge, poll } = need('claimFollower', 'purge', 'poll')
      const { head } = await poll(null)
      await claimFollower(claim())
      await claimFollower(claim({ position: 5 }))
      const ages = ['revokedKeysBefore', 'expiredKeysBefore', 'deletedServiceAccountsBefore', 'activityBefore']
      const limits = [...ages, 'usageBefore', 'idempotencyBefore'].map((name) => [name, start + 365 * 86_400_000])
      await purgeAll(purge, Object.fromEntries(limits))
      same((await claimFollower(claim())).position, 5)
      assert.deepEqual(await poll(head), { head, changes: [] })
    })

    test('rejects a claim that makes no sense', async ({ need }) => {
      const { claimFollower } = need('claimFollower')
      await assert.rejects(claimFollower(claim({ name: '' })), /name/)
      await assert.rejects(claimFollower(claim({ name: 'n'.repeat(129) })), /name/)
      await assert.rejects(claimFollower(claim({ holder: '' })), /holder/)
      await assert.rejects(claimFollower(claim({ until: Number.NaN })), /until/)
      await assert.rejects(claimFollower(claim({ position: -1 })), /position/)
    })
  },
}
