import { networkOf } from '../../addresses/network.ts'
import { createLru, type Lru } from '../../cache/lru.ts'
import { mostCallerText } from '../../store/callers.ts'
import { agentOf, mostRead } from './agent.ts'

/** Shortens what is known of a client, and remembers the results: most clients come again. Never throws. */
export interface CallerReader {
  /** `networkOf`. */
  network(address: unknown): string | null
  /** `agentOf`. */
  agent(userAgent: unknown): string | null
}

// At most 1.5 MB together.
const mostAddresses = 4_000
const mostAgents = 1_000

/** @param holdsToken whether a text holds a token of ours, or a part of one */
export function createCallerReader(holdsToken: (text: string) => boolean): CallerReader {
  return {
    network: remembering(createLru(mostAddresses), mostCallerText, networkOf),
    agent: remembering(createLru(mostAgents), mostRead, (userAgent) => agentOf(userAgent, holdsToken)),
  }
}

/** Texts longer than any that are worth it are read each time. */
function remembering(
  known: Lru<string | false>,
  mostCharacters: number,
  read: (given: unknown) => string | null,
): (given: unknown) => string | null {
  return (given) => {
    if (typeof given !== 'string' || given.length > mostCharacters) return read(given)
    const before = known.get(given)
    if (before !== undefined) return before === false ? null : before
    const now = read(given)
    known.set(given, now ?? false)
    return now
  }
}
