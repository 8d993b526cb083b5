import type { Limiter, LimitResult, LimitRule } from '@claviger/core'
import type { ConsoleOptions } from '@claviger/console'
import { describe, expect, test } from 'vitest'
import { createFormat } from '../src/format/format.ts'
import { ruleWords } from '../src/format/limit-words.ts'
import { ada, grace, now, type Scene, scene } from './support/scene.ts'

const rule: LimitRule = { requests: 600, per: '1m' }

/** A limiter that says what is left. */
function limiterAt(peek: () => LimitResult | Promise<LimitResult>): Limiter {
  return { consume: () => expect.unreachable(), peek }
}

const left = (remaining: number, resetMs: number): Limiter =>
  limiterAt(async () => ({ isAllowed: remaining > 0, remaining, resetMs }))

async function limited(limits: ConsoleOptions['limits']): Promise<Scene & { readonly id: string }> {
  const made = scene({ limits })
  const { key } = await made.keys.create({
    name: 'Website',
    environment: 'production',
    owner: { type: 'user', id: 'grace' },
  })
  return { ...made, id: key.id }
}

/** The card, as it is read: without tags, spaces as one. */
async function cardOf({ as, id }: Pick<Scene, 'as'> & { readonly id: string }): Promise<string | undefined> {
  const { status, html } = await as(ada).get(`/keys/${id}`)
  expect(status).toBe(200)
  const [card] = /<section class="card" aria-labelledby="limits">.*?<\/section>/s.exec(html) ?? []
  return card
    ?.replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(' ,', ',')
    .trim()
}

describe('the limits of a key', () => {
  test('stand on its page: the name, the rule in words, what is used, and until when', async () => {
    const made = await limited([
      { limiter: left(588, 40_000), by: 'key', rule },
      {
        limiter: left(2_500, 18.5 * 86_400_000),
        by: 'workspace',
        name: 'quota',
        rule: { requests: 10_000, per: 'month' },
      },
    ])
    expect(await cardOf(made)).toBe(
      'Limits key counts this key alone 600 requests per minute 12 of 600 used, resets in a moment ' +
        'quota counts all keys of the workspace 10,000 requests per calendar month (UTC) 7,500 of 10,000 used, resets in 19 days',
    )
  })

  test('tell a burst apart, and draw what is used of both', async () => {
    const burst = { requests: 200, per: '1h' } as const
    const made = await limited([{ limiter: left(600, 40_000), by: 'key', rule: { ...rule, burst } }])
    expect(await cardOf(made)).toBe(
      'Limits key counts this key alone 600 requests per minute, and 200 requests per hour on top 200 of 800 used, resets in a moment',
    )
    const { html } = await made.as(ada).get(`/keys/${made.id}`)
    expect(html).toMatch(/class="c1" width="25"/)
  })

  test('are drawn as a bar that is full where nothing is left, and holds what a limiter overstates', async () => {
    const widths = async (remaining: number): Promise<string | undefined> => {
      const { as, id } = await limited([{ limiter: left(remaining, 0), by: 'key', rule }])
      const { html } = await as(ada).get(`/keys/${id}`)
      return /class="base" width="100" height="6".*?class="c1" width="([\d.]+)"/s.exec(html)?.[1]
    }
    expect([await widths(600), await widths(450), await widths(1), await widths(0), await widths(900)]).toEqual([
      '0',
      '25',
      '99.8',
      '100',
      '0',
    ])
  })

  test('say when nothing is left, and no end where nothing is taken', async () => {
    const limits = [
      { limiter: left(0, 3 * 60_000 + 1), by: 'owner', rule: { requests: 1, per: '15m' } },
      { limiter: left(600, 0), by: 'key', rule },
    ] as const
    expect(await cardOf(await limited(limits))).toBe(
      'Limits owner counts all keys of its owner 1 request per 15 minutes 1 of 1 used, resets in 3 minutes ' +
        'key counts this key alone 600 requests per minute 0 of 600 used',
    )
  })

  test('that cannot be read say so, and the page is whole', async () => {
    const fails = (): never => {
      throw new Error('away')
    }
    const made = await limited([
      { limiter: limiterAt(fails), by: 'key', rule },
      { limiter: { consume: fails }, by: 'key', name: 'blind', rule },
      { limiter: left(1, 1), by: 'key', name: 'plan', rule: fails },
      { limiter: left(1, 1), by: 'workspace', rule: async () => 'unlimited' as const },
    ])
    const unread = 'counts this key alone 600 requests per minute What is left cannot be read now.'
    expect(await cardOf(made)).toBe(
      `Limits key ${unread} blind ${unread} plan counts this key alone The rule could not be read without a request. ` +
        'workspace counts all keys of the workspace Not limited.',
    )
    expect(made.faults).toEqual([])
  })

  test('are asked of the key that is shown, by everyone who sees it, and take nothing', async () => {
    const asked: string[] = []
    const limiter: Limiter = {
      consume: () => expect.unreachable(),
      peek(counter) {
        asked.push(counter)
        return { isAllowed: true, remaining: 5, resetMs: 0 }
      },
    }
    const { as, id } = await limited([{ limiter, by: 'key', rule }])
    expect((await as(grace).get(`/keys/${id}`)).html).toContain('id="limits"')
    expect((await as({ ...grace, id: 'other' }).get(`/keys/${id}`)).status).toBe(404)
    expect(asked).toEqual([`acme:key:1m:key:${id}`])
  })

  test('are no card without the option, nor on the page of a key that has ended', async () => {
    expect(await cardOf(await limited(undefined))).toBeUndefined()
    const made = await limited([{ limiter: left(5, 0), by: 'key', rule }])
    await made.keys.revoke(made.id)
    expect(await cardOf(made)).toBeUndefined()
  })

  test('that are wrong are refused at start-up', () => {
    expect(() => scene({ limits: [{ limiter: {} as Limiter, by: 'key', rule }] })).toThrow(/limiter/)
    expect(() => scene({ limits: Array(21).fill({ limiter: left(1, 1), by: 'key', rule }) })).toThrow(/at most 20/)
  })
})

describe('a rule in words', () => {
  test.each([
    [600, '1m', '600 requests per minute'],
    [1, '30s', '1 request per 30 seconds'],
    [5_000, '1h', '5,000 requests per hour'],
    [10, '7d', '10 requests per 7 days'],
    [10, '2w', '10 requests per 2 weeks'],
    [2, 'day', '2 requests per calendar day (UTC)'],
    [10_000, 'month', '10,000 requests per calendar month (UTC)'],
  ] as const)('%d per %s is "%s"', (requests, per, words) => {
    expect(ruleWords(requests, per, createFormat('en', 'UTC', now))).toBe(words)
  })

  test('writes numbers as the visitor does', () => {
    expect(ruleWords(10_000, 'month', createFormat('de', 'UTC', now))).toBe('10.000 requests per calendar month (UTC)')
  })
})
