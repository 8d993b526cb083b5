import { type Actor, type Clock, type Keyring, type Owner, systemActor, systemClock } from '@claviger/core'
import type { KeyStore } from '@claviger/core/store'
import { type PlannedKey, plannedAccounts, plannedKeys } from './seed-plan.ts'
import { callersOf, usageOf } from './seed-usage.ts'

const dayMs = 86_400_000

/** The product whose workspace `acme` gets a history. */
export interface Product<Permission extends string> {
  /** Makes its keyring on a store, at a time of its own. */
  keyringOn(store: KeyStore, clock: Clock): Keyring<Permission>
  /** What a developer could do when they made a key; also one who left since. */
  permissionsOf(userId: string): readonly string[]
}

/**
 * Fills an empty store with the history of a workspace: keys that were made, rotated and ended over months, and 90 days of
 * usage. A store that has keys is left as it is.
 */
export async function seed<Permission extends string>(
  store: KeyStore,
  product: Product<Permission>,
  now: number = Date.now(),
): Promise<void> {
  const clock = movableClock(now)
  const keyring = product.keyringOn(keptOpen(store), clock)
  await keyring.ready()
  try {
    const { items } = await keyring.as(systemActor('acme')).list({ limit: 1 })
    if (items.length === 0) await tell({ product, keyring, store, clock, now })
  } finally {
    await keyring.close()
  }
}

interface MovableClock extends Clock {
  moveTo(at: number): void
}

interface Telling {
  readonly product: Pick<Product<string>, 'permissionsOf'>
  readonly keyring: Keyring
  readonly store: KeyStore
  readonly clock: MovableClock
  readonly now: number
}

interface Scene extends Telling {
  readonly accounts: ReadonlyMap<string, Owner>
  /** By the name of the key. */
  readonly made: Map<string, { readonly id: string; token: string }>
}

async function tell(telling: Telling): Promise<void> {
  const { keyring, clock, now } = telling
  clock.moveTo(now - 310 * dayMs)
  const scene: Scene = { ...telling, accounts: await makeAccounts(telling), made: new Map() }
  const steps = plannedKeys.flatMap((plan) => stepsOf(plan, now)).toSorted((a, b) => a.at - b.at)
  for (const { at, take } of steps) {
    clock.moveTo(at)
    await take(scene)
  }
  clock.moveTo(now - 20 * dayMs)
  await keyring
    .as({ ...person(telling, 'grace'), workspaceId: 'globex' })
    .create({ name: 'Website', environment: 'production', expiresIn: '90d' })
  clock.moveTo(now)
}

async function makeAccounts(telling: Telling): Promise<ReadonlyMap<string, Owner>> {
  const { serviceAccounts } = telling.keyring.as(person(telling, 'ada'))
  const accounts = new Map<string, Owner>()
  for (const { name, description, permissions } of plannedAccounts) {
    const { id } = await serviceAccounts.create({ name, description, permissions: [...known(telling, permissions)] })
    accounts.set(name, { type: 'service', id })
  }
  return accounts
}

interface Step {
  readonly at: number
  readonly take: (scene: Scene) => Promise<void>
}

function stepsOf(plan: PlannedKey, now: number): readonly Step[] {
  const { name, createdDaysAgo, rotatedDaysAgo = [], end, ownerFoundGoneDaysAgo: goneDaysAgo } = plan
  const before = (days: number): number => now - days * dayMs
  const idIn = ({ made }: Scene): string => made.get(name)?.id ?? ''
  const rotate = async (scene: Scene): Promise<void> => {
    await scene.keyring.as(person(scene, 'ada')).rotate(idIn(scene), { overlap: '24h' })
  }
  const stop = async (scene: Scene): Promise<void> => {
    if (end !== undefined) await scene.keyring.as(person(scene, end.who))[end.by](idIn(scene), { reason: end.reason })
  }
  const use = async (scene: Scene): Promise<void> => {
    for (const batch of usageOf(plan, idIn(scene), now, scene.keyring.permissions.has))
      await scene.store.addUsage?.(batch)
    await scene.store.addCallers?.(callersOf(plan, idIn(scene), now))
  }
  return [
    { at: before(createdDaysAgo), take: (scene) => create(plan, scene) },
    ...rotatedDaysAgo.map((days) => ({ at: before(days), take: rotate })),
    ...(end === undefined ? [] : [{ at: before(end.daysAgo), take: stop }]),
    ...(goneDaysAgo === undefined
      ? []
      : [{ at: before(goneDaysAgo), take: (scene: Scene) => findOwnerGone(plan, scene) }]),
    { at: now - 1, take: use },
  ]
}

async function create(plan: PlannedKey, scene: Scene): Promise<void> {
  const { name, description, environment, permissions, owner, livesDays } = plan
  const isOfAccount = 'account' in owner
  const creator = person(scene, isOfAccount ? 'ada' : owner.id)
  const grants = permissions === undefined ? [] : known(scene, permissions)
  const { key, token } = await scene.keyring.as(creator).create({
    name,
    environment,
    ...(isOfAccount && { owner: scene.accounts.get(owner.account) }),
    ...(description !== undefined && { description }),
    // Without a grant that this product knows, it gets the default.
    ...(grants.length > 0 && { permissions: grants }),
    ...(livesDays !== undefined && { expiresIn: `${livesDays}d` as const }),
  })
  scene.made.set(name, { id: key.id, token: token ?? '' })
}

/** A request that comes with a key of someone who left: the keyring finds that out, and marks the key. */
async function findOwnerGone({ name }: PlannedKey, { keyring, made }: Scene): Promise<void> {
  const { id, token } = made.get(name) ?? { id: '', token: '' }
  await keyring.verify(token)
  const keys = keyring.as(systemActor('acme'))
  // Marked in the background: some milliseconds later.
  for (let looks = 0; looks < 200; looks += 1) {
    if ((await keys.get(id)).attention.includes('ownerGone')) return
    await new Promise((resolve) => void setTimeout(resolve, 5))
  }
  throw new Error(`The keyring did not find out that the owner of ${name} is gone.`)
}

/** Someone of the workspace, as they were when they made a change. */
function person({ product }: Pick<Telling, 'product'>, id: string): Actor {
  const isAdmin = id === 'ada'
  return {
    type: 'user',
    id,
    workspaceId: 'acme',
    permissions: isAdmin ? ['*:*'] : product.permissionsOf(id),
    can: { listAll: isAdmin, manageServiceAccounts: isAdmin },
    origin: { ip: isAdmin ? '203.0.113.24' : '198.51.100.7' },
  }
}

/** The grants whose resource this product has: others of the history are left out. */
function known({ keyring }: Pick<Telling, 'keyring'>, grants: readonly string[]): readonly string[] {
  const names: readonly string[] = keyring.permissions.names
  return grants.filter((grant) =>
    grant.endsWith(':*') ? names.some((name) => name.startsWith(grant.slice(0, -1))) : names.includes(grant),
  )
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
