import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agentOf } from '../../../src/usage/callers/agent.ts'
import { tokenMask } from '../../../src/token/mask.ts'
import { createOurs } from '../../../src/token/ours.ts'
import { formatToken } from '../../../src/token/token.ts'

const grammar = { prefixes: ['acme'], environments: ['production', 'ci'] } as const
const ours = createOurs(grammar, (text) => /^legacy-[a-z/]{8,}$/.test(text))
const mask = tokenMask(grammar)
const holdsToken = (text: string): boolean => ours.holdsToken(text) || mask(text) !== text
const agent = (userAgent: unknown): string | null => agentOf(userAgent, holdsToken)

describe('the program of a client', () => {
  test.each([
    ['node', 'node'],
    ['curl/8.5.0', 'curl'],
    ['python-requests/2.31.0', 'python-requests'],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', 'Mozilla'],
    ['Go-http-client/1.1', 'Go-http-client'],
    ['Apache-HttpClient/4.5.13 (Java/11.0.2)', 'Apache-HttpClient'],
    ['undici', 'undici'],
    ['Amazon CloudFront', 'Amazon'],
    ['nightly-import\t(cron)', 'nightly-import'],
    ['node/', 'node'],
    ['a/b/c', 'a'],
    ["!#$%&'*+-.^_`|~09AZaz/1", "!#$%&'*+-.^_`|~09AZaz"],
    ['x'.repeat(48), 'x'.repeat(48)],
    [`${'x'.repeat(48)}/1.0`, 'x'.repeat(48)],
    [`node/${'1'.repeat(100_000)}`, 'node'],
    [`node ${'('.repeat(100_000)}`, 'node'],
  ])('of %j is %j', (userAgent, name) => {
    expect(agent(userAgent)).toBe(name)
  })

  test.each([
    '',
    ' ',
    ' node/20',
    '/1.0',
    '(compatible; bot) node',
    'node;20',
    'node,curl',
    'curl(8)',
    '"node"',
    '<script>alert(1)</script>',
    'https://example.com/bot',
    'ada@example.com',
    'node\n/20',
    'node\u0000',
    'node\u007f/1',
    'n\u00f6de/20',
    '\u202enode',
    '\ud83d\ude00/1',
    'x'.repeat(49),
    `${'x'.repeat(49)}/1`,
    'x'.repeat(1_000_000),
    undefined,
    null,
    7,
    ['node/20'],
    { toString: () => 'node/20' },
  ])('is not known of %j', (userAgent) => {
    expect(agent(userAgent)).toBeNull()
  })

  const token = formatToken({
    prefix: 'acme',
    environment: 'ci',
    id: 'k'.repeat(16),
    secret: 'S3cret'.repeat(8).slice(0, 43),
  })
  test.each([
    token,
    `node/20 (${token})`,
    `node/${token}`,
    token.toUpperCase(),
    // Cut short, so that it would have room.
    token.slice(0, 48),
    token.slice(0, 30),
    `x-${token.slice(0, 46)}`,
    `x${token.slice(0, 46)}`,
    `x.${token.slice(0, 40)}/1.0`,
    Buffer.from(token).toString('base64url'),
    `node ${Buffer.from(token).toString('base64url')}`,
    // Issued elsewhere.
    'legacy-abcdefgh',
    'legacy-abcdefgh/1.0',
    'legacy-abcd/efgh',
  ])('is not kept of a header that holds a token: %s', (userAgent) => {
    expect(agent(userAgent)).toBeNull()
  })

  test('is a token of at most 48 characters that the header begins with, or null, whatever was sent', () => {
    const products = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,60}(?:\/[0-9.]{1,10})?(?: .*)?$/)
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), products), (userAgent) => {
        const name = agent(userAgent)
        if (name === null) return
        expect(name).toMatch(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,48}$/)
        expect(userAgent.startsWith(name)).toBe(true)
        expect(userAgent.charAt(name.length)).toMatch(/^[/ \t]?$/)
      }),
    )
  })

  test('never holds a part of a token that is worth something, wherever the token stands', () => {
    const body = fc.stringMatching(/^[0-9A-Za-z]{65}$/)
    const around = fc.string({ unit: 'grapheme-ascii', maxLength: 60 })
    fc.assert(
      fc.property(around, body, around, fc.nat(65), (before, characters, behind, kept) => {
        const name = agent(`${before}acme_production_${characters.slice(0, kept)}${behind}`) ?? ''
        const [, held = ''] = /acme_production_([0-9A-Za-z]*)/.exec(name) ?? []
        expect(held.length).toBeLessThan(20)
      }),
    )
  })
})
