import { UnavailableError } from '@claviger/core/store'
import { inTime, LateError } from './driver.ts'
import type { Silence } from './silence.ts'

/** What a pool of some driver can do. */
export interface PoolAccess<Client extends object> {
  connect(): Promise<Client>
  giveBack(client: Client): void
  destroy(client: Client): void
  /** The connections in progress, for all callers; none where the driver does not show them. */
  connecting(): readonly object[]
  /** Ends the attempt, so that its place in the pool is free. */
  abandon(connection: object): void
  /**
   * How many connections there are, when all of them are in use and the pool makes no more; where the driver shows it.
   */
  exhaustedAt(): number | undefined
}

// Also for work that may take as long as it takes: a pool that gives no connection now will not give one later either.
const longestWaitMs = 10_000
// Callers of the store give up after the whole time: what they wait for has to be told before.
const waitingPart = 0.75
// More idle connections than this are left to the next call.
const maxDestroyed = 100

/**
 * Takes a connection of a pool, within a bound. One that was idle before a server fell silent is destroyed, not used;
 * and attempts to connect that got nowhere in the time are ended, since they would hold their places for as long as the
 * system keeps them.
 *
 * @throws {UnavailableError} when none comes in time because all are in use @throws Error when none comes in time
 * otherwise
 */
export async function acquired<Client extends object>(
  pool: PoolAccess<Client>,
  silence: Silence,
  timeoutMs: number | undefined,
): Promise<Client> {
  for (let destroyed = 0; ; destroyed += 1) {
    const client = await connected(pool, timeoutMs === undefined ? longestWaitMs : Math.ceil(timeoutMs * waitingPart))
    if (destroyed === maxDestroyed || !silence.isDoubtful(client)) return client
    pool.destroy(client)
  }
}

async function connected<Client extends object>(pool: PoolAccess<Client>, timeoutMs: number): Promise<Client> {
  const connecting = pool.connect()
  const attempts = pool.connecting()
  try {
    return await inTime(timeoutMs, 'A connection', connecting)
  } catch (error) {
    // One that comes too late is given back.
    void connecting.then((client) => pool.giveBack(client)).catch(() => undefined)
    const exhaustedAt = pool.exhaustedAt()
    const underWay = new Set(pool.connecting())
    for (const attempt of attempts) if (underWay.has(attempt)) pool.abandon(attempt)
    throw error instanceof LateError ? explained(error, exhaustedAt) : error
  }
}

/** An exhausted pool looks like a silent server, and is mostly the application's to correct. */
function explained(error: LateError, size: number | undefined): Error {
  if (size === undefined) return error
  const connections = size === 1 ? 'The only connection of the pool is' : `All ${size} connections of the pool are`
  return new UnavailableError(
    'store',
    `${error.message} ${connections} in use: give back what your code takes, give Claviger a pool of its own, or a larger ` +
      'one. If nothing else uses it, the server is slow.',
  )
}
