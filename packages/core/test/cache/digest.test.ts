import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDigests } from '../../src/cache/digest.ts'

describe('the digests', () => {
  test('distinct uses and texts never meet, and another process makes others', () => {
    const digests = createDigests()
    const use = fc.constantFrom('bearer' as const, 'header' as const, 'direct' as const, 'proof' as const)
    fc.assert(
      fc.property(fc.string(), fc.string(), use, use, (s, t, d, e) => {
        expect(digests[d](s) === digests[e](t)).toBe(d === e && s === t)
      }),
      { seed: 1 },
    )
    expect(createDigests().bearer('text')).not.toBe(digests.bearer('text'))
  })

  test('are 32 characters that no one outside can choose, and hold nothing of the text', () => {
    const digest = createDigests().bearer('acme_production_secret')
    expect(digest.length).toBe(32)
    expect(digest).not.toContain('secret')
  })

  test('of proofs have 128 bits', () => {
    expect(createDigests().proof('text').length).toBe(16)
  })
})
