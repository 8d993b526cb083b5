import { describe, expect, test } from 'vitest'
import { hourMs } from '../../src/store/usage.ts'
import { createTally } from '../../src/usage/tally.ts'
import type { Subject } from '../../src/verification/subject.ts'

const start = Date.UTC(2025, 0, 1)
const subject = (id = 'a', secretVersion = 1): Subject => ({ id, workspaceId: 'ws', secretVersion })

describe('a tally', () => {
  test('counts by outcome: allowed with its status, denied by code', () => {
    const tally = createTally(10)
    const a = subject()
    for (const status of [200, 304, 404, 404, 500, undefined]) tally.add(a, start, status, undefined)
    for (const code of ['key_expired', 'wrong_workspace', 'key_expired']) tally.add(a, start, 401, code)
    expect(tally.seal(10)).toEqual([
      {
        workspaceId: 'ws',
        keyId: 'a',
        version: 1,
        hour: start,
        requests: 9,
        allowed: 6,
        denied: { key_expired: 2, wrong_workspace: 1 },
        clientErrors: 2,
        serverErrors: 1,
        lastUsedAt: start,
      },
    ])
  })

  test('names at most 32 causes of a cell: what is new beyond them is counted by its code', () => {
    const tally = createTally(10)
    for (let index = 0; index < 100; index += 1) {
      tally.add(subject(), start, 403, `insufficient_permission docs:n${index}`)
    }
    tally.add(subject(), start, 403, 'insufficient_permission docs:n0')
    tally.add(subject(), start, 403, 'wrong_environment')
    const denied = tally.seal(10)[0]?.denied
    expect(Object.keys(denied ?? {})).toHaveLength(34)
    expect(denied).toMatchObject({
      'insufficient_permission docs:n0': 2,
      'insufficient_permission docs:n31': 1,
      insufficient_permission: 68,
      wrong_environment: 1,
    })
  })

  test('a status at the edge of a class belongs to the class it begins', () => {
    const tally = createTally(10)
    for (const status of [399, 400, 499, 500, 599]) tally.add(subject(), start, status, undefined)
    expect(tally.seal(10)).toMatchObject([{ requests: 5, clientErrors: 2, serverErrors: 2 }])
  })

  test('keeps secret versions and hours apart, also when the clock is set back over the hour', () => {
    const tally = createTally(10)
    const a = subject()
    const newer = subject('a', 2)
    for (const now of [start, start + hourMs - 1, start + hourMs, start + 1]) tally.add(a, now, 200, undefined)
    tally.add(newer, start, 200, undefined)
    expect(tally.seal(10).map(({ version, hour, requests }) => [version, hour - start, requests])).toEqual([
      [1, 0, 3],
      [1, hourMs, 1],
      [2, 0, 1],
    ])
  })

  test('two verifications on one key count into one cell', () => {
    const tally = createTally(10)
    tally.add(subject(), start, 200, undefined)
    tally.add(subject(), start, 200, undefined)
    expect(tally.seal(10)).toMatchObject([{ requests: 2 }])
  })

  test('the last use is the latest one, whatever order they come in', () => {
    const tally = createTally(10)
    const a = subject()
    for (const now of [start + 5, start + 9, start + 7]) tally.add(a, now, 200, undefined)
    expect(tally.seal(10)).toMatchObject([{ lastUsedAt: start + 9 }])
  })

  test('what comes after a cell was sealed is counted again, and the sealed entry stays as it was', () => {
    const tally = createTally(10)
    const a = subject()
    tally.add(a, start, 200, undefined)
    const [sealed] = tally.seal(10)
    tally.add(a, start, 200, 'key_expired')
    tally.add(a, start, 200, undefined)
    expect(sealed).toMatchObject({ requests: 1, denied: {} })
    expect(tally.seal(10)).toMatchObject([{ requests: 2, denied: { key_expired: 1 } }])
  })

  test('the oldest cells are sealed first, no more than asked for', () => {
    const tally = createTally(10)
    for (const name of ['a', 'b', 'c']) tally.add(subject(name), start, 200, undefined)
    expect(tally.seal(2).map(({ keyId }) => keyId)).toEqual(['a', 'b'])
    expect([tally.size, tally.requests()]).toEqual([1, 1])
  })

  test('a key with several cells keeps those that did not fit into a batch, oldest first', () => {
    const tally = createTally(10)
    for (const version of [1, 2, 3]) tally.add(subject('a', version), start, 200, undefined)
    tally.add(subject('b'), start, 200, undefined)
    expect(tally.seal(2).map(({ version }) => version)).toEqual([1, 2])
    tally.add(subject('a', 1), start, 200, undefined)
    expect([tally.size, tally.requests()]).toEqual([3, 3])
    expect(tally.seal(10).map(({ keyId, version }) => `${keyId}${version}`)).toEqual(['a3', 'a1', 'b1'])
    expect([tally.size, tally.requests()]).toEqual([0, 0])
  })

  test('holds no more cells than its bound; those it holds keep counting', () => {
    const tally = createTally(2)
    const [a, b, c] = [subject('a'), subject('b'), subject('c')]
    expect([a, b, c, a, c].map((each) => tally.add(each, start, 200, undefined))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ])
    expect([tally.size, tally.requests()]).toEqual([2, 3])
    tally.seal(1)
    expect(tally.add(c, start, 200, undefined)).toBe(true)
  })
})
