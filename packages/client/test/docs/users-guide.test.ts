import { definePermissions } from '@claviger/core'
import { type DenialCode, denialTable } from '@claviger/core/http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { usersGuide, type UsersGuideOptions } from '../../src/docs/index.ts'
import { acmeTokens } from '../key/tokens.ts'
import { acme } from './acme.ts'

const page = usersGuide(acme)

test('docs/for-your-users.md is what is written for the example product (npx vitest -u --project client writes it)', async () => {
  await expect(page).toMatchFileSnapshot('../../../../docs/for-your-users.md')
})

describe('the page', () => {
  test.each([
    'Create a key',
    'Make a request',
    'Environment variables',
    'A file `.env`',
    'Direct initialisation',
    'Permissions',
    'Environments',
    'Separate keys',
    'Resources',
    'Addresses',
    'Keys from before',
    'Limits',
    'REST',
    'Best practices',
    'Rotate every 90 days',
    'Monitoring',
    'Lifecycle',
    'Troubleshooting',
  ])('has the section %s', (heading) => {
    expect(page).toMatch(new RegExp(`^#{2,3} ${heading}$`, 'm'))
  })

  test.each((Object.keys(denialTable) as DenialCode[]).map((code) => ({ code, status: denialTable[code].status })))(
    'explains $status $code',
    ({ code, status }) => {
      const row = page.split('\n').find((line) => line.startsWith(`| ${status} `) && line.includes(`\`${code}\``))
      expect(row).toBeDefined()
    },
  )

  test('explains the 429 that limits bring', () => {
    expect(page).toContain('| 429 `rate_limited` |')
  })

  test('says how long a key is', async () => {
    const { production } = await acmeTokens()
    expect(page).toContain(`A key has ${production.length} characters`)
  })

  test('gives scanners an expression that finds keys', async () => {
    const [, source = ''] = /for secret scanners: `([^`]+)`/.exec(page) ?? []
    for (const token of Object.values(await acmeTokens())) {
      if (typeof token === 'string') expect(new RegExp(`^${source}$`).test(token)).toBe(true)
    }
  })

  test('has no word of another product in it', () => {
    const other = usersGuide({
      ...acme,
      product: 'Globex',
      prefix: 'glx',
      baseUrl: 'https://globex.example/api',
      keysPage: 'https://globex.example/keys',
      support: 'https://globex.example/help',
      client: '@globex/client',
      rotateEveryDays: 30,
      overlap: '7 days',
      permissions: definePermissions({ orders: ['read'] }).names,
      environments: ['live'],
      resources: ['shop'],
      limits: [{ by: 'owner' }],
      importedKeys: true,
    })
    expect(other.split('\n').filter((line) => /acme/i.test(line))).toEqual([])
    expect(other).toContain('GLX_API_KEY')
    expect(other).toContain('glx_live_')
    expect(other).toContain("from '@globex/client'")
    expect(other).toContain('## Rotate every 30 days')
    expect(other).toContain('works for 7 days')
    expect(other).toContain('| `orders:read` | read orders |')
    expect(other).toContain('| `shop` | shop |')
    expect(other).toContain('| `owner` | what your plan says | all keys of an owner in a workspace | every request |')
  })

  test('leaves out what was not given', () => {
    const { header: _header, keysPage: _page, support: _support, path: _path, ...least } = acme
    const text = usersGuide(least)
    expect(text).not.toContain('X-API-Key')
    expect(text).not.toContain('undefined')
    expect(text).toContain('Open *Settings, API keys*, and choose')
    expect(text).toContain('curl https://api.acme.example/v1/ ')
  })
})

describe('what an API may have or not', () => {
  const { resources, addresses, limits, importedKeys, ...bare } = acme
  const least = usersGuide(bare)
  const has = (text: string) => (part: string) => text.includes(part)

  test.each([
    ['resources', { resources }, ['## Resources', '`resource_not_allowed`'], '`project`'],
    ['addresses', { addresses }, ['## Addresses', '`address_not_allowed`'], 'NAT gateway'],
    [
      'limits',
      { limits },
      ['## Limits', '`rate_limited`', '| 429 |', 'RateLimit-Policy'],
      '600 a minute; on top, 200 an hour',
    ],
    ['keys from before', { importedKeys }, ['## Keys from before', 'otherForms'], 'end on 2027-06-30'],
  ])('%s stand in the page only where it has them', (_what, options, parts, fact) => {
    expect(parts.filter(has(least))).toEqual([])
    const told = usersGuide({ ...bare, ...options })
    expect([...parts, fact].filter(has(told))).toEqual([...parts, fact])
  })

  test('leads to no section that is not there', () => {
    for (const text of [page, least]) {
      const headings = new Set(
        [...text.matchAll(/^#{2,3} (.+)$/gm)].map(([, title = '']) =>
          title.toLowerCase().replaceAll(/[`.,]/g, '').trim().replaceAll(' ', '-'),
        ),
      )
      const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor)
      expect(links.filter((anchor) => !headings.has(anchor))).toEqual([])
    }
  })

  test.each([
    [{ by: 'key', requests: 1, per: '1s' }, '1 a second'],
    [{ by: 'key', requests: 5_000, per: '1h' }, '5,000 an hour'],
    [{ by: 'key', requests: 50, per: '10m' }, '50 in 10 minutes'],
    [{ by: 'key', requests: 10, per: 'day' }, '10 in a calendar day (UTC)'],
    [{ by: 'key' }, 'what your plan says'],
  ] as const)('a limit of %j reads "%s"', (limit, words) => {
    expect(usersGuide({ ...bare, limits: [limit] })).toContain(`| \`key\` | ${words} | each key has its own |`)
  })
})

describe('what would break a snippet is refused:', () => {
  const hostile = ["'; rm -rf ~", '$(id)', '`id`', 'a\nb', '"', '<script>', 'a b\\', '|']

  test.each([
    'product',
    'baseUrl',
    'prefix',
    'path',
    'variable',
    'header',
    'keysPage',
    'support',
    'overlap',
    'client',
  ] as const)('in %s', (option) => {
    for (const text of hostile) {
      const forms = [text, `${acme[option] ?? ''}${text}`]
      for (const value of forms) {
        expect(() => usersGuide({ ...acme, [option]: value })).toThrow(
          expect.objectContaining({ code: 'setup', option }),
        )
      }
    }
  })

  test.each([
    ['permissions', []],
    ['permissions', ['prompts read']],
    ['permissions', [{ name: 'prompts:read', description: 1 }]],
    ['permissions', [null]],
    ['environments', 'production'],
    ['rotateEveryDays', 0],
    ['resources', 'project'],
    ['resources', ['two words']],
    ['addresses', 'yes'],
    ['limits', { by: 'key' }],
    ['limits', [{ by: 'ip', requests: 1, per: '1m' }]],
    ['limits', [{ by: 'key', requests: 0, per: '1m' }]],
    ['limits', [{ by: 'key', requests: 1, per: '1 minute' }]],
    ['limits', [{ by: 'key', requests: 1 }]],
    ['limits', [{ by: 'key', requests: 1, per: '1m', burst: 5 }]],
    ['limits', [{ by: 'key', name: '|', requests: 1, per: '1m' }]],
    ['limits', [{ by: 'key', rule: { requests: 1, per: '1m' } }]],
    ['importedKeys', 'all'],
    ['importedKeys', { pattern: 'sk_.*' }],
    ['importedKeys', { pattern: new RegExp('^\u00e4$') }],
    ['importedKeys', { until: new Date(Number.NaN) }],
    ['options', undefined],
  ])('%s of %j', (option, value) => {
    const options = { ...acme, [option === 'options' ? 'produkt' : option]: value } as unknown as UsersGuideOptions
    expect(() => usersGuide(options)).toThrow(expect.objectContaining({ code: 'setup', option }))
  })

  test('descriptions stay within their cell, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (description) => {
        const lines = usersGuide({ ...acme, permissions: [{ name: 'prompts:read', description }] }).split('\n')
        expect(lines).toHaveLength(page.split('\n').length - 4)
      }),
    )
  })
})
