import { createKeyring, definePermissions, hmacSha256, type Keyring, type Owner } from '@claviger/core'
import type { KeyStore } from '@claviger/core/store'
import { seededRandom, testClock } from '@claviger/testing'
import { defaults } from './grants.ts'
import { resourcesOf, types } from './limits.ts'
import type { ModelPolicy } from './model.ts'

/** The real thing: two processes on one store, with one clock, and a host that knows its people. */
export interface World {
  readonly keyrings: readonly [Keyring, Keyring]
  now(): number
  /** Lets time pass, and everything settle that it set off. */
  pass(ms: number): Promise<void>
  /** Writes into the host's table: null for an owner who has left. */
  know(workspace: string, owner: Owner, grants: readonly string[] | null): void
  close(): Promise<void>
}

let runs = 0

/** Makes a world whose host knows no one yet. Without a bus, also where there is one, polling alone must do. */
export function createWorld(stores: readonly [KeyStore, KeyStore], policy: ModelPolicy, hasBus: boolean): World {
  const clock = testClock()
  const table = new Map<string, readonly string[] | null>()
  const underWay = new Set<Promise<unknown>>()
  runs += 1

  const keyringOn = (store: KeyStore, process: number): Keyring =>
    createKeyring({
      prefix: 'lab',
      store: tracked(hasBus ? store : withoutBus(store), underWay),
      resources: types,
      permissions: definePermissions({ prompts: ['read', 'list', 'write'], context: ['download'] }),
      defaultPermissions: defaults as readonly ['prompts:read', 'prompts:list', 'context:download'],
      hasher: hmacSha256({ pepper: 'a pepper for the lab, 32 characters' }),
      resolveOwner({ workspaceId, owner }) {
        const permissions = table.get(placeOf(workspaceId, owner)) ?? null
        return permissions === null ? null : { permissions, resources: resourcesOf(owner) }
      },
      policy: { maxLifetime: policy.maxLifetime },
      clock,
      random: seededRandom(`run ${runs}, process ${process}`),
    })

  const settle = async (): Promise<void> => {
    do {
      await Promise.allSettled(underWay)
      for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
    } while (underWay.size > 0)
  }

  const keyrings = [keyringOn(stores[0], 0), keyringOn(stores[1], 1)] as const
  return {
    keyrings,
    now: clock.now,
    async pass(ms) {
      await settle()
      clock.advance(ms)
      await settle()
      // A poll that was sent during the leap ran out of time with it: the next one is due now.
      clock.advance(0)
      await settle()
    },
    know: (workspace, owner, grants) => void table.set(placeOf(workspace, owner), grants),
    async close() {
      await settle()
      await Promise.all(keyrings.map((keyring) => keyring.close()))
    },
  }
}

function placeOf(workspace: string, { type, id }: Owner): string {
  return JSON.stringify([workspace, type, id])
}

function withoutBus({ subscribe: _subscribe, ...store }: KeyStore): KeyStore {
  return store
}

/** Knows which calls are under way. Neither purges, which would happen at random times, nor closes what others use. */
function tracked(store: KeyStore, underWay: Set<Promise<unknown>>): KeyStore {
  const { purge: _purge, close: _close, ...rest } = store
  const calls = Object.entries(rest).map(([name, call]: [string, (...args: never[]) => Promise<unknown>]) => [
    name,
    (...args: never[]) => {
      const answer = call(...args)
      const settled: Promise<unknown> = answer.then(
        () => underWay.delete(settled),
        () => underWay.delete(settled),
      )
      underWay.add(settled)
      return answer
    },
  ])
  return Object.fromEntries(calls) as KeyStore
}
