import { describe, expect, test } from 'vitest'
import { isKeyId } from '../../src/token/key-id.ts'

const id = '7Fq2aaaaBBBB0000'

describe('isKeyId', () => {
  test('accepts 16 base62 characters and nothing else', () => {
    expect(isKeyId(id)).toBe(true)
    for (const other of [
      '',
      id.slice(1),
      `${id}0`,
      `${id}\n`,
      `${id.slice(1)}_`,
      `${id.slice(1)}\u00c4`,
      7,
      null,
      [id],
    ]) {
      expect(isKeyId(other)).toBe(false)
    }
  })
})
