import type { KeyStore } from '../../src/store/store.ts'

type Method = keyof KeyStore

/**
 * A real store that counts its calls, and whose calls can be held up, made to fail or replaced for a while. `commit`
 * means `commitLocked` too.
 */
export interface ObservedStore extends KeyStore {
  /** How often each method was called. */
  readonly calls: Readonly<Record<string, number>>
  /** Runs before each call of a method: return a promise to hold it up, throw to make it fail. Undefined: nothing. */
  before(method: Method, hook: (() => void | Promise<void>) | undefined): void
  /** Runs after the store has answered and before the caller hears it. */
  after(method: Method, hook: (() => void | Promise<void>) | undefined): void
}

/** Observes a store. Methods the store lacks stay absent. */
export function observedStore(store: KeyStore): ObservedStore {
  const calls: Record<string, number> = {}
  const before = new Map<string, () => void | Promise<void>>()
  const after = new Map<string, () => void | Promise<void>>()
  const set =
    (hooks: Map<string, () => void | Promise<void>>) =>
    (method: Method, hook: (() => void | Promise<void>) | undefined): void => {
      if (hook === undefined) hooks.delete(method)
      else hooks.set(method, hook)
    }
  const observed: Record<string, unknown> = { calls, before: set(before), after: set(after) }
  for (const [name, method] of Object.entries(store) as [Method, unknown][]) {
    if (typeof method !== 'function') continue
    // An observer sees both ways to write as one.
    const seenAs = name === 'commitLocked' ? 'commit' : name
    observed[name] = async (...args: unknown[]) => {
      calls[seenAs] = (calls[seenAs] ?? 0) + 1
      await before.get(seenAs)?.()
      const answer: unknown = await method.apply(store, args)
      await after.get(seenAs)?.()
      return answer
    }
  }
  return observed as unknown as ObservedStore
}

/** A store like those that cannot lock: it leaves `commitLocked` out. */
export function withoutLocks<Store extends KeyStore>(store: Store): Store {
  const { commitLocked: _, ...rest } = store
  return rest as Store
}

/** A hook for `before`: the store never answers. */
export const never = (): Promise<void> => new Promise(() => {})

/** A hook for `before`: the store fails. */
export const fails = (): never => {
  throw new Error('connection refused')
}
