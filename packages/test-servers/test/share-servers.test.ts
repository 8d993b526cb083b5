import { expect, test } from 'vitest'
import { findProgram } from '../src/binaries.ts'
import { runFixture } from './support/run-fixture.ts'

test.skipIf(findProgram(['valkey-server', 'redis-server']) === undefined)(
  'starts servers once for all files, and skips the tests of those that are not installed',
  async () => {
    const { exitCode, output } = await runFixture(new URL('./fixtures/shared.fixture.ts', import.meta.url))
    expect(output).toMatch(/✓ .*on the shared server > runs/)
    expect(output).toMatch(/↓ .*on a server that is not there > cannot run/)
    expect(output).toMatch(/✓ .*knows which servers it shares/)
    expect(exitCode).toBe(0)
  },
)
