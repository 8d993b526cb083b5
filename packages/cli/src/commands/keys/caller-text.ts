import { ManagementClientError } from '@claviger/management/client'
import type { Backend } from '../../backend/backend.types.ts'
import type { CallerJson } from '../../backend/shapes.ts'
import { safeText } from '../../text/safe-text.ts'
import { relativeTime } from '../../text/time.ts'

/** Who used a key, for commands that can do without: none where they are not kept, or may not be seen. */
export async function callersOf(backend: Backend, id: string): Promise<readonly CallerJson[]> {
  try {
    return (await backend.keys.callers(id)).data
  } catch (error) {
    if (error instanceof ManagementClientError && error.status !== 503) return []
    throw error
  }
}

/** The program of a caller. */
export function programText({ agent }: CallerJson): string {
  return agent === null ? 'not named' : safeText(agent)
}

/** The network of a caller. */
export function networkText({ network }: CallerJson): string {
  return network === null ? 'not known' : safeText(network)
}

/** A caller in words: `node from 10.2.0.0/16, 3 min ago`. */
export function callerText(caller: CallerJson, now: number): string {
  const program = caller.agent === null ? 'a program without a name' : programText(caller)
  const place = caller.network === null ? 'an unknown address' : networkText(caller)
  return `${program} from ${place}, ${relativeTime(caller.lastUsedAt, now)}`
}

const mostShown = 5

/** Callers in words, the latest first: as many as can be read at once, and how to see the others. */
export function callerTexts(callers: readonly CallerJson[], id: string, now: number): readonly string[] {
  const more = callers.length - mostShown
  return [
    ...callers.slice(0, mostShown).map((caller) => callerText(caller, now)),
    ...(more > 0 ? [`${more} more: npx claviger keys callers ${safeText(id)}`] : []),
  ]
}
