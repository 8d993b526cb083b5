import { expect, test } from 'vitest'
import { runFixture } from './support/run-fixture.ts'

test('skips the tests of a server that is not installed, by name, and says why', async () => {
  const { exitCode, output } = await runFixture(new URL('./fixtures/absent.fixture.ts', import.meta.url))
  expect(output).toContain('Skipped: No such server is not installed')
  expect(output).toMatch(/↓ .*with a server > cannot run/)
  expect(exitCode).toBe(0)
})

test('fails in CI when a server is not installed', async () => {
  const { exitCode, output } = await runFixture(new URL('./fixtures/absent.fixture.ts', import.meta.url), {
    CI: 'true',
  })
  expect(output).toContain('No such server is not installed, and nothing may be skipped in CI')
  expect(exitCode).toBe(1)
})

test('skips in CI too what the packages of this system do not bring', async () => {
  const { exitCode, output } = await runFixture(new URL('./fixtures/optional.fixture.ts', import.meta.url), {
    CI: 'true',
  })
  expect(output).toContain('Skipped: No such server is not installed')
  expect(exitCode).toBe(0)
})
