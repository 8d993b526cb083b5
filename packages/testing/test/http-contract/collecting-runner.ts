import type { ContractRunner } from '../../src/store-contract/options.ts'

/** One registered test. */
export interface Collected {
  readonly title: string
  run(): Promise<void>
}

/** Keeps what is registered instead of running it. */
export function collect(register: (runner: ContractRunner) => void): readonly Collected[] {
  const tests: Collected[] = []
  register({
    describe: (_, body) => body(),
    test: (title, body) => void tests.push({ title, run: () => body() }),
  })
  return tests
}

/** The titles of the tests that fail, one after the other. */
export async function failuresOf(tests: readonly Collected[]): Promise<readonly string[]> {
  const failures: string[] = []
  for (const { title, run } of tests) {
    try {
      await run()
    } catch {
      failures.push(title)
    }
  }
  return failures
}
