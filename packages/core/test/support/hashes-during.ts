import { vi } from 'vitest'

/** How often argon2 verifies while this works. For a test file that mocks `verify` of `@node-rs/argon2`. */
export async function hashesDuring(work: () => Promise<unknown>): Promise<number> {
  const { verify } = await import('@node-rs/argon2')
  const before = vi.mocked(verify).mock.calls.length
  await work()
  return vi.mocked(verify).mock.calls.length - before
}
