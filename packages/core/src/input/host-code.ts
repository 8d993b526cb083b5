import { isThenable } from './thenable.ts'

/**
 * Runs a function of the host's whose result nobody waits for. What it throws, now or later, is handed to `failed`; a
 * rejection that nobody hears would end the process.
 *
 * @param failed must not throw
 */
export function hearFrom(run: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = run()
    if (isThenable(result)) settled(result).catch(failed)
  } catch (error) {
    failed(error)
  }
}

// In a promise of Node's own: `then` is the host's code, too, and may throw or call back twice.
async function settled(result: PromiseLike<unknown>): Promise<void> {
  await result
}
