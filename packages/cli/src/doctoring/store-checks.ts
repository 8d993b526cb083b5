import { createKeyring, isClavigerError, type Keyring } from '@claviger/core'
import { keyringOptions } from '../backend/open-direct.ts'
import type { ClavigerConfig } from '../settings/config.types.ts'
import { failureOf } from '../exits/failure.ts'
import type { OpenStore } from '../stores/open-store.types.ts'
import { type Check, passed, weak } from './check.types.ts'

const noticeableSkewMs = 1_000
const harmfulSkewMs = 30_000

/** Whether the store can be reached, and whether it is as this version needs it. */
export async function storeChecks(opened: OpenStore, now: () => number): Promise<readonly Check[]> {
  const start = now()
  try {
    await opened.store.ready?.()
  } catch (error) {
    return [failedStore(error, opened)]
  }
  const checks = [passed('store', `${opened.place} answered within ${now() - start} ms.`)]
  if (opened.migrate !== undefined) checks.push(passed('schema', 'The store is as this version needs it.'))
  return [...checks, ...(await clockChecks(opened, now))]
}

function failedStore(error: unknown, { place }: OpenStore): Check {
  const { detail, fix, ending } = failureOf(error)
  const isSchema = isClavigerError(error) && error.message.includes('migrate()')
  return {
    name: isSchema ? 'schema' : 'store',
    state: 'failed',
    detail: `${place}: ${detail}`,
    fix: ending === 'unreachable' ? 'Is the server running, and is the URL right?' : fix,
    ending: isSchema ? 'failed' : ending,
  }
}

async function clockChecks({ serverTime }: OpenStore, now: () => number): Promise<readonly Check[]> {
  if (serverTime === undefined) return []
  const before = now()
  const server = await serverTime().catch(() => Number.NaN)
  // The answer was made somewhere in between.
  const skew = Math.round(server - (before + now()) / 2)
  if (!Number.isFinite(skew)) return []
  return [clockCheck(skew)]
}

/** What a difference between two clocks means. Pure. */
export function clockCheck(skewMs: number): Check {
  const size = Math.abs(skewMs)
  const text = `The clock of the store is ${size} ms ${skewMs < 0 ? 'behind' : 'ahead of'} this one.`
  if (size < noticeableSkewMs) return passed('clock', text)
  const fix = 'Let both machines set their clocks by NTP.'
  return size < harmfulSkewMs ? weak('clock', text, fix) : { name: 'clock', state: 'failed', detail: text, fix }
}

/** Whether a keyring starts: options, prefix, permissions, peppers; and what its store does not promise. */
export async function keyringChecks(opened: OpenStore, config: ClavigerConfig | undefined): Promise<readonly Check[]> {
  let keyring: Keyring | undefined
  try {
    keyring = createKeyring(await keyringOptions(opened.store, config))
    await keyring.ready()
    const { limits } = keyring.guarantees()
    // The command line needs no bus: it ends.
    const real = limits.filter((limit) => !limit.startsWith('Without subscribe'))
    return [
      passed('keyring', `It starts, with ${keyring.permissions.names.length} permissions.`),
      ...real.map((limit) => weak('store', limit, 'See docs/writing-a-store.md.')),
    ]
  } catch (error) {
    const { detail, fix, ending } = failureOf(error)
    return [{ name: 'keyring', state: 'failed', detail, fix: fix ?? 'Correct the configuration.', ending }]
  } finally {
    await keyring?.close().catch(() => undefined)
  }
}
