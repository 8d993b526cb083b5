import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Io } from './io.types.ts'

/**
 * The real edges of this process. A reader of standard output that goes away early, as `head` does, ends the process
 * quietly.
 *
 * @param importModule `(specifier) => import(specifier)`, written in the file that calls this: what is bundled cannot
 * import ES modules by itself
 */
export function processIo(importModule: Io['importModule']): Io {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  process.stderr.on('error', () => undefined)
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    now: () => Date.now(),
    importModule,
    resolveFrom(directory, name) {
      try {
        return createRequire(join(directory, 'package.json')).resolve(name)
      } catch {
        return undefined
      }
    },
    readsTypeScript: Boolean(Reflect.get(process.features, 'typescript')),
    fetch: globalThis.fetch,
    interrupted: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
      }),
  }
}
