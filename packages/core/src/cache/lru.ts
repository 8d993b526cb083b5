import { LRUCache } from 'lru-cache'
import { bare } from '../input/plain-fields.ts'

/** Remembers the entries that were used last. */
export interface Lru<Value> {
  get(key: string): Value | undefined
  has(key: string): boolean
  set(key: string, value: Value): void
  delete(key: string): void
  readonly size: number
}

/** Makes one of at most `max` entries. The library reads options of its own, which must not be inherited either. */
export function createLru<Value extends object | boolean | string>(max: number): Lru<Value> {
  const none = bare({})
  const lru = new LRUCache<string, Value>(bare({ max }))
  return {
    get: (key) => lru.get(key, none),
    has: (key) => lru.has(key, none),
    set: (key, value) => void lru.set(key, value, none),
    delete: (key) => void lru.delete(key),
    get size() {
      return lru.size
    },
  }
}
