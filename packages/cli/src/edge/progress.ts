import type { Io } from './io.types.ts'

/** One line on a terminal that is written over, and goes away. */
export interface Progress {
  show(text: string): void
  clear(): void
}

/** Shows nothing where there is no terminal, or no one who wants to see it. */
export function progressOn({ stderr, env }: Pick<Io, 'stderr' | 'env'>, isWanted: boolean): Progress {
  let isShown = false
  const isTerminal = stderr.isTTY === true && env['TERM'] !== 'dumb' && isWanted
  return {
    show(text) {
      if (!isTerminal) return
      isShown = true
      stderr.write(`\r\u001b[2K${text.slice(0, Math.max(10, (stderr.columns ?? 80) - 4))} ...`)
    },
    clear() {
      if (isShown) stderr.write('\r\u001b[2K')
      isShown = false
    },
  }
}
