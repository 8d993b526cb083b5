import { type Clock, type Keyring, type Owner, systemActor, systemClock } from '@claviger/core'
import type { KeyStore } from '@claviger/core/store'
import { createExampleKeyring, type Permission } from './keyring.ts'
import { type PlannedKey, plannedAccounts, plannedKeys } from './seed-plan.ts'
import { usageOf } from './seed-usage.ts'
import { members, permissionsOf } from './team.ts'

const dayMs = 86_400_000

/**
 * Fills an empty store with the story of a workspace: keys that were made, rotated and ended over months, and 90 days of
 * usage. A store that has keys is left as it is.
 */
export async function seed(store: KeyStore, now: number = Date.now()): Promise<void> {
  const clock = movableClock(now)
  const keyring = createExampleKeyring(keptOpen(store), clock)
  await keyring.ready()
  try {
    const { items } = await keyring.as(systemActor('acme')).list({ limit: 1 })
    if (items.length === 0) await tell(keyring, store, clock, now)
  } finally {
    await keyring.close()
  }
}

interface MovableClock extends Clock {
  moveTo(at: number): void
}

async function tell(keyring: Keyring<Permission>, store: KeyStore, clock: MovableClock, now: number): Promise<void> {
  const ada = members.find(({ id }) => id === 'ada')
  const admin = {
    type: 'user' as const,
    id: 'ada',
    workspaceId: 'acme',
    permissions: permissionsOf[ada?.role ?? 'admin'],
    can: { listAll: true, manageServiceAccounts: true },
  }
  clock.moveTo(now - 240 * dayMs)
  const accounts = new Map<string, Owner>()
  for (const account of plannedAccounts) {
    const { id } = await keyring.as(admin).serviceAccounts.create({ ...account, permissions: [...account.permissions] })
    accounts.set(account.name, { type: 'service', id })
  }
  const steps = plannedKeys.flatMap((plan) => stepsOf(plan, now)).toSorted((a, b) => a.at - b.at)
  const ids = new Map<string, string>()
  for (const { at, plan, take } of steps) {
    clock.moveTo(at)
    const owner = 'account' in plan.owner ? (accounts.get(plan.owner.account) ?? admin) : plan.owner
    await take({ keyring, admin, owner, ids, clock, store, now })
  }
  clock.moveTo(now)
  await keyring
    .as({ ...admin, id: 'grace', workspaceId: 'globex' })
    .create({ name: 'Website', environment: 'production', expiresIn: '90d' })
}

interface Scene {
  readonly keyring: Keyring<Permission>
  readonly admin: Parameters<Keyring['as']>[0]
  readonly owner: Owner
  readonly ids: Map<string, string>
  readonly clock: MovableClock
  readonly store: KeyStore
  readonly now: number
}

interface Step {
  readonly at: number
  readonly plan: PlannedKey
  readonly take: (scene: Scene) => Promise<void>
}

function stepsOf(plan: PlannedKey, now: number): readonly Step[] {
  const { name, description, environment, permissions, createdDaysAgo, livesDays, rotatedDaysAgo = [], end } = plan
  const before = (days: number): number => now - days * dayMs
  const idIn = ({ ids }: Scene): string => ids.get(name) ?? ''
  const create = async ({ keyring, owner, ids }: Scene): Promise<void> => {
    const { key } = await keyring.as(systemActor('acme')).create({
      name,
      environment,
      owner,
      ...(description !== undefined && { description }),
      ...(permissions !== undefined && { permissions: permissions as never }),
      ...(livesDays !== undefined && { expiresIn: `${livesDays}d` as const }),
    })
    ids.set(name, key.id)
  }
  const rotate = async (scene: Scene): Promise<void> => {
    await scene.keyring.as(systemActor('acme')).rotate(idIn(scene), { overlap: '24h' })
  }
  const stop = async (scene: Scene): Promise<void> => {
    if (end !== undefined) await scene.keyring.as(scene.admin)[end.by](idIn(scene), { reason: end.reason })
  }
  const use = async (scene: Scene): Promise<void> => {
    for (const batch of usageOf(plan, idIn(scene), now)) await scene.store.addUsage?.(batch)
  }
  return [
    { at: before(createdDaysAgo), plan, take: create },
    ...rotatedDaysAgo.map((days) => ({ at: before(days), plan, take: rotate })),
    ...(end === undefined ? [] : [{ at: before(end.daysAgo), plan, take: stop }]),
    { at: now - 1, plan, take: use },
  ]
}

/** The real clock, at another time. */
function movableClock(start: number): MovableClock {
  let now = start
  return {
    ...systemClock,
    now: () => now,
    moveTo(at) {
      now = at
    },
  }
}

/** A store that is used on after the keyring that fills it was closed. */
function keptOpen(store: KeyStore): KeyStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'close') return undefined
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
