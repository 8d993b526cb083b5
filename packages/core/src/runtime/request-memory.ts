/** What is kept about a request says whose it is: nothing else may be taken for it. */
export interface Kept {
  readonly request: object
}

/** Remembers one thing about each request, for as long as the request exists. */
export interface RequestMemory {
  get(request: object): Kept | undefined
  set(kept: Kept): void
}

/** The stream state of Node's requests: an object that each has to itself. */
interface WithState {
  readonly _readableState?: Record<symbol, Kept | undefined>
}

/**
 * Makes a memory. It does what a `WeakMap` from requests would do, for any object that is passed as a request. But the
 * entries of a `WeakMap` cost a tenth of a request of Koa, in garbage collections, and one more property of a request costs
 * Express 2 us. So what is kept of one of Node's requests is a property of its stream state; only if it has none, or shares
 * it with another request, is it in a `WeakMap`.
 */
export function createRequestMemory(): RequestMemory {
  const others = new WeakMap<object, Kept>()
  const place = Symbol('claviger')

  const read = (request: WithState): Kept | undefined => {
    try {
      return request._readableState?.[place]
    } catch {
      return undefined
    }
  }

  const write = (kept: Kept): boolean => {
    try {
      const { _readableState: state }: WithState = kept.request
      const there = state?.[place]
      if (state === undefined || (there !== undefined && there.request !== kept.request)) return false
      state[place] = kept
      return state[place] === kept
    } catch {
      // Frozen, or nothing that takes a property.
      return false
    }
  }

  return {
    get(request) {
      const kept = read(request)
      return kept?.request === request ? kept : others.get(request)
    },

    set(kept) {
      if (!write(kept)) others.set(kept.request, kept)
    },
  }
}
