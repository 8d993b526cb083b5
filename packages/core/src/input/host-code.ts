import { isThenable } from './thenable.ts'

/**
 * Runs a host function whose result has no caller. What it throws, now or later, is handed to `failed`; an unhandled
 * rejection would end the process.
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
