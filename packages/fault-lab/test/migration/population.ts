import type { RemoteKeyring } from '../remote-keyring.ts'

/** What is known of a key from outside. */
export interface KnownKey {
  readonly id: string
  name: string
  /** Every token that must be accepted. */
  readonly tokens: string[]
  /** Whether it was ended: no token of it may be accepted. */
  isRevoked: boolean
}

/** What must be in the database, by the answers that its writers were given. */
export interface Population {
  readonly keys: KnownKey[]
  readonly accountIds: string[]
  /** Lines of the log, by action. */
  readonly lines: Map<string, number>
  /** Keys that end within the time of the reminder. */
  readonly ending: Set<string>
}

const day = 86_400_000
const atOnce = 8

/** Fills a database the way a host does: people and service accounts with keys of every state, and their use. */
export async function populate(process: RemoteKeyring, count: number): Promise<Population> {
  const population: Population = { keys: [], accountIds: [], lines: new Map(), ending: new Set() }
  await inLanes(Math.ceil(count / 40), async (index) => {
    const account = await process.accounts.create({ name: `Account ${index}`, permissions: ['lab:use'] })
    population.accountIds.push(account.id)
    note(population, 'serviceAccount.created')
  })
  await inLanes(count, (index) => makeKey(process, population, index))
  // Some uses, stored.
  for (const { tokens } of population.keys.slice(0, 50)) await process.get(tokens[0] ?? '')
  await process.keyring.flush()
  return population
}

/** Makes one key. One in five belongs to an account, one in ten ends soon, one in seven has two tokens, one in nine is over. */
export async function makeKey(process: RemoteKeyring, population: Population, index: number): Promise<void> {
  const account = index % 5 === 0 ? population.accountIds[index % population.accountIds.length] : undefined
  const endsSoon = index % 10 === 3
  const { key, token } = await process.keys.create({
    name: `Key ${index}`,
    environment: index % 3 === 0 ? 'ci' : 'production',
    permissions: ['lab:use'],
    owner: account === undefined ? { type: 'user', id: `user ${index % 97}` } : { type: 'service', id: account },
    metadata: { index: String(index) },
    ...(endsSoon && { expiresAt: new Date(Date.now() + 3 * day) }),
  })
  const known: KnownKey = { id: key.id, name: key.name, tokens: [token], isRevoked: false }
  population.keys.push(known)
  note(population, 'key.created')
  if (index % 7 === 0) await rotate(process, population, known)
  if (index % 9 === 0) await revoke(process, population, known)
  else if (endsSoon) population.ending.add(key.id)
}

export async function rotate(process: RemoteKeyring, population: Population, known: KnownKey): Promise<void> {
  const { token } = await process.keys.rotate(known.id, { overlap: '7d' })
  known.tokens.push(token)
  note(population, 'key.rotated')
}

export async function rename(
  process: RemoteKeyring,
  population: Population,
  known: KnownKey,
  name: string,
): Promise<void> {
  await process.keys.update(known.id, { name })
  known.name = name
  note(population, 'key.updated')
}

export async function revoke(process: RemoteKeyring, population: Population, known: KnownKey): Promise<void> {
  known.isRevoked = true
  await process.keys.revoke(known.id)
  note(population, 'key.revoked')
}

function note({ lines }: Population, action: string): void {
  lines.set(action, (lines.get(action) ?? 0) + 1)
}

/** Does something for each number up to a count, some at once. */
export async function inLanes(count: number, work: (index: number) => Promise<void>): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index).values()
  const lane = async (): Promise<void> => {
    for (const index of numbers) await work(index)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
