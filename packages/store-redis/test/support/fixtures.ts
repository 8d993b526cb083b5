import type { RedisCommands } from '../../src/index.ts'

/** 2025-01-01T00:00:00Z. */
export const start = 1_735_689_600_000

let namespaces = 0

/** A namespace of its own, for one test on a server that many share. */
export function freshNamespace(): string {
  namespaces += 1
  return `test-${process.pid}-${namespaces}`
}

/** Every name in a server that belongs to a namespace, sorted. Only tests may look so. */
export async function namesIn(client: RedisCommands, namespace: string): Promise<readonly string[]> {
  const names = (await client.call('KEYS', `*{${namespace}*`)) as string[]
  return names.sort()
}

/** What a rejected call rejects with. */
export async function rejection(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('expected the call to reject')
    },
    (error: unknown) => error,
  )
}
