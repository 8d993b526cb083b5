/** What is kept about a request says whose it is: nothing else may be taken for it. */
export interface Kept {
  readonly request: object
}

/** Remembers one thing about each request, for as long as the request exists. */
export interface RequestMemory {
  get(request: object): Kept | undefined
  set(kept: Kept): void
}

/** A private field can be added to any object in this way: it is seen nowhere, inherited by nothing and copied with nothing. */
// oxlint-disable-next-line typescript/no-extraneous-class -- what it is for: what extends it adds its private fields to another object
class Holder {
  constructor(object: object) {
    // oxlint-disable-next-line no-constructor-return -- that is the point
    return object
  }
}

/**
 * Makes a memory. It is what a `WeakMap` from requests would be, and does the same for any object that is passed as a request. One
 * entry of a `WeakMap` costs a request of Node 2 us, most of it in garbage collections, and a property of a request on
 * Express as much. So what is kept of one of Node's requests lies in a private field of its stream state, an object that each
 * has to itself; if a request has none, or shares it with another request, it lies in a `WeakMap`.
 */
export function createRequestMemory(): RequestMemory {
  const others = new WeakMap<object, Kept>()

  class Slot extends Holder {
    #kept: Kept | undefined

    static read(holder: object): Kept | undefined {
      return #kept in holder ? holder.#kept : undefined
    }

    static write(holder: object, kept: Kept): void {
      const slot = #kept in holder ? holder : new Slot(holder)
      slot.#kept = kept
    }
  }

  return {
    get(request) {
      const holder = holderOf(request)
      const kept = holder === undefined ? undefined : Slot.read(holder)
      return kept?.request === request ? kept : others.get(request)
    },

    set(kept) {
      const { request } = kept
      const holder = holderOf(request)
      if (holder === undefined || isTaken(Slot.read(holder), request)) others.set(request, kept)
      else Slot.write(holder, kept)
    },
  }
}

function isTaken(kept: Kept | undefined, request: object): boolean {
  return kept !== undefined && kept.request !== request
}

/** The stream state of a request; undefined for a request that is not a stream, or whose fields cannot be read. */
function holderOf(request: { readonly _readableState?: unknown }): object | undefined {
  try {
    const state = request._readableState
    return typeof state === 'object' && state !== null ? state : undefined
  } catch {
    return undefined
  }
}
