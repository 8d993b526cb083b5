import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import type { Freshness } from '../following/freshness.ts'
import { tryHasher } from '../hashing/self-test.ts'
import type { ResolvedOptions } from '../options/options.ts'
import { resourcesOf } from '../permissions/catalogue.ts'
import type { HealthFacts } from '../reporting/health-facts.ts'
import { compareMarks } from './marks.ts'

/** What a start is made of. */
export interface StartParts {
  readonly store: Pick<BoundedStore, 'lasting'>
  readonly freshness: Pick<Freshness, 'start'>
  readonly facts: HealthFacts
  readonly options: Pick<ResolvedOptions, 'grammar' | 'permissions' | 'hasher' | 'allowSharedStore'>
  readonly onStarted: () => void
}

// A store may migrate nothing, but it may look around: configuration, schema, persistence.
const readyTimeoutMs = 10_000

/** Tries what requests will need, the store last of what can fail alone, and begins to follow its changes. */
export function createStart(parts: StartParts): () => Promise<void> {
  const { freshness, facts, options } = parts
  const store = parts.store.lasting(readyTimeoutMs)
  const warned = new Set<string>()

  const attempt = async <T>(part: 'store' | 'hasher', work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work()
      facts.set(part, 'up')
      return result
    } catch (error) {
      facts.set(part, 'down')
      facts.failed('ready', error)
      throw error
    }
  }

  const identity = {
    prefixes: options.grammar.prefixes,
    resources: resourcesOf(options.permissions),
    peppers: options.hasher.peppers.fingerprints,
  }

  const checkStore = async (): Promise<void> => {
    await store.ready()
    warn(await compareMarks(store, identity, options.allowSharedStore))
    await freshness.start()
  }

  const warn = (doubt: string | undefined): void => {
    if (doubt === undefined || warned.has(doubt)) return
    warned.add(doubt)
    process.emitWarning(doubt, 'ClavigerWarning')
  }

  return async () => {
    await attempt('hasher', () => tryHasher(options.hasher))
    await attempt('store', checkStore)
    parts.onStarted()
  }
}
