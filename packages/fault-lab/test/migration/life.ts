import type { RemoteKeyring } from '../remote-keyring.ts'
import { delay } from '../worker.ts'
import { type KnownKey, makeKey, type Population, rename, revoke, rotate } from './population.ts'

/** What goes on in a host, and how it went. */
export interface Life {
  /** Statuses of requests with good tokens that were not 204. */
  readonly refused: number[]
  /** Codes of changes that failed. */
  readonly failed: string[]
  readonly verified: number
  readonly changed: number
  /** The longest answer since this was asked last, milliseconds. */
  longest(): { readonly verification: number; readonly change: number }
  stop(): Promise<void>
}

// No name twice: a change that changes nothing leaves no line in the log.
let names = 0
const readers = 4
const writers = 3

/**
 * Requests with good tokens and changes of keys, without end. Each writer has keys of its own, so that what it was
 * answered is what must be stored; whichever is being ended is not asked about any more.
 */
export function startLife(processes: readonly RemoteKeyring[], population: Population): Life {
  const state = { isRunning: true, verified: 0, changed: 0 }
  const longest = { verification: 0, change: 0 }
  const refused: number[] = []
  const failed: string[] = []

  const timed = async (what: keyof typeof longest, work: () => Promise<void>): Promise<void> => {
    const startedAt = performance.now()
    await work()
    longest[what] = Math.max(longest[what], performance.now() - startedAt)
  }

  const read = async (place: number): Promise<void> => {
    for (let turn = place; state.isRunning; turn += readers) {
      const process = processes[turn % processes.length]
      const known = population.keys[turn % population.keys.length]
      const token = known?.tokens[turn % known.tokens.length]
      if (process === undefined || known === undefined || token === undefined || known.isRevoked) continue
      await timed('verification', async () => {
        const status = await process.get(token)
        if (status !== 204 && !known.isRevoked) refused.push(status)
        state.verified += 1
      })
    }
  }

  const write = async (place: number): Promise<void> => {
    const own = population.keys.filter((_, index) => index % writers === place)
    for (let turn = 0; state.isRunning; turn += 1) {
      const process = processes[turn % processes.length]
      const known = own[turn % own.length]
      if (process === undefined || known === undefined || known.isRevoked) continue
      await timed('change', () =>
        change(process, known, turn).then(
          () => void (state.changed += 1),
          (error: Error & { readonly code?: string }) => void failed.push(`${error.code}: ${error.message}`),
        ),
      )
      await delay(2)
    }
  }

  const change = async (process: RemoteKeyring, known: KnownKey, turn: number): Promise<void> => {
    const kind = turn % 8
    if (kind === 1) return makeKey(process, population, population.keys.length)
    if (kind === 3 && known.tokens.length === 1) return rotate(process, population, known)
    if (kind === 5 && turn % 16 === 5) return revoke(process, population, known)
    return rename(process, population, known, `Name ${(names += 1)}`)
  }

  const lanes = Promise.all([
    ...Array.from({ length: readers }, (_, place) => read(place)),
    ...Array.from({ length: writers }, (_, place) => write(place)),
  ])
  // The caller of stop() learns what went wrong.
  lanes.catch(() => {})
  return {
    refused,
    failed,
    get verified() {
      return state.verified
    },
    get changed() {
      return state.changed
    },
    longest() {
      const told = { verification: Math.ceil(longest.verification), change: Math.ceil(longest.change) }
      Object.assign(longest, { verification: 0, change: 0 })
      return told
    },
    async stop() {
      state.isRunning = false
      await lanes
    },
  }
}
