import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tokenMask } from '../../src/token/mask.ts'
import { formatToken } from '../../src/token/token.ts'

const mask = tokenMask({ prefixes: ['acme', 'old'], environments: ['production', 'ci'] })
const base62 = fc.stringMatching(/^[0-9A-Za-z]+$/)
const head = fc.constantFrom('acme_production_', 'acme_ci_', 'old_production_', 'old_ci_')
const secret = 'S3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS'
const token = formatToken({ prefix: 'acme', environment: 'production', id: '7Fq2aaaaaaaaaaaa', secret })
const start = 'acme_production_'.length

describe('a token in a text', () => {
  test('is told by its beginning and its end when it is whole', () => {
    expect(mask(`found ${token}, sorry`)).toBe(`found acme_production_7Fq2\u2026${token.slice(-4)}, sorry`)
  })

  test('is blotted out too when it lost its end, as long as so much of it is there that the rest might be found', () => {
    for (let length = 20; length < 65; length += 1) {
      expect(mask(`(${token.slice(0, start + length)})`)).toBe('(acme_production_7Fq2\u2026)')
    }
    expect(mask(token.slice(0, start + 19))).toBe(token.slice(0, start + 19))
  })

  test('is found among others, with nothing between them', () => {
    const cut = token.slice(0, start + 40)
    for (const text of [token + token, cut + token, token + cut, cut + cut + token, `x${token}y`, `%20${token}\\n`]) {
      expect(mask(text)).not.toContain(secret.slice(0, 8))
    }
  })

  test('leaves nothing of its secret, wherever it stands and wherever it was cut', () => {
    const written = fc.record({
      head,
      id: fc.stringMatching(/^[0-9A-Za-z]{16}$/),
      length: fc.integer({ min: 20, max: 65 }),
    })
    fc.assert(
      fc.property(fc.string(), fc.array(written, { minLength: 1, maxLength: 4 }), fc.string(), (before, all, after) => {
        const body = '~SECRET~'
        const texts = all.map(({ head: each, id, length }) => each + (id + 'Q'.repeat(49)).slice(0, length))
        const masked = mask(`${before}${body}${texts.join('')}${body}${after}`)
        expect(masked.slice(masked.indexOf(body), masked.lastIndexOf(body))).not.toMatch(/Q{5}/)
      }),
      { seed: 11, numRuns: 300 },
    )
  })

  test('is all that is changed in a text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), base62), (text) => {
        expect(mask(text)).toBe(text)
      }),
      { seed: 3 },
    )
    for (const text of ['acme_production_', 'acme_production_7Fq2\u2026', 'github_pat_' + 'a'.repeat(40), '']) {
      expect(mask(text)).toBe(text)
    }
  })

  test('is found in five million characters', () => {
    const text = 'acme_production_'.repeat(300_000) + token
    expect(mask(text)).not.toContain(secret)
  })
})
