import { addressBytes } from './allowed-addresses.ts'
import type { Cache } from '../cache/cache.ts'
import { tokenIn } from '../cache/digest.ts'
import type { Entry } from '../cache/entries.ts'
import { createFlights, type OnlyWhile } from '../cache/flights.ts'
import { keyScope, ownerScope } from '../cache/scopes.ts'
import { BusyError, isClavigerError, UnavailableError } from '../errors/errors.ts'
import type { Freshness } from '../following/freshness.ts'
import type { RevokedKeys } from '../following/revoked.ts'
import type { Hashing } from '../hashing/hashing.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import { publishFault, type ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import { startBudget, within } from '../runtime/within.ts'
import { requireKnownRestrictions } from '../restrictions/unknown.ts'
import type { KeyRecord, SecretRecord } from '../store/records.ts'
import { maxFieldLength } from '../token/grammar.ts'
import type { ApiKeys } from '../verification/api-key.ts'
import type { Accepted, Carrier, Refused, Verification } from '../verification/verification.ts'
import { areAlike, judgeOwned, nextTurn, stateRefusal } from './judge.ts'
import type { Basis, FlightResult } from './flight-result.ts'
import type { OwnerRead, Owners } from './owners.ts'
import { invalidKey, type PresentedToken } from './present.ts'
import { createProver, type Proven } from './prover.ts'
import type { RecordRead, Records } from './records.ts'

/** The one path from a credential to a verification. */
export interface Verifier {
  /** For tests and benchmarks: the answer of `check` from memory, in the same tick; undefined where there is none. */
  recall(carrier: Carrier, field: string): Verification | undefined
  /** As the door's: answers, whatever it takes; what is in memory in the same tick. Digests the field once. */
  check(carrier: Carrier, field: unknown): Verification | Promise<Verification>
}

/** What the path is made of. Times in milliseconds. */
export interface VerifierParts {
  /** Gets failures without a caller. Default: on `claviger:error` only. */
  readonly report?: ReportFault
  /** What a text stands for: one of our tokens, or an imported one. */
  readonly present: (text: string) => PresentedToken | Refused
  readonly cache: Cache
  readonly freshness: Freshness
  readonly records: Records
  readonly owners: Owners
  readonly hashing: Hashing
  readonly apiKeys: ApiKeys
  readonly revoked: RevokedKeys
  readonly clock: Clock
  /** Undefined once the store may be used; until then, what to wait for. */
  readonly starting: () => Promise<void> | undefined
  /** @throws {ClosedError} after `close()` */
  readonly requireOpen: () => void
  /** Called, off the request path, with a proven secret that should be rehashed. */
  readonly onOutdated: (record: KeyRecord, secret: SecretRecord, token: string) => void
  /** Called for every verification whose secret was right. */
  readonly onVerification: (verification: Verification, record: KeyRecord, secret: SecretRecord) => void
  readonly recordAgeMs: number
  readonly budgetMs: number
  /** What an answer of the store is worth while a proof and an owner are waited for. */
  readonly answerAgeMs: number
  readonly staleIfErrorMs: number
}

// Verifications under way, each of another token. A store or hasher that stalls must not gather them without end.
const maxUnderWay = 10_000
// Beyond these, only such whose token was proven here before: a flood of unknown ones leaves them room.
const keptForKnown = 2_500
// A refresh that failed is tried again by the first use after this.
const refreshRetryMs = 250

/** Puts the path together. */
export function createVerifier(parts: VerifierParts): Verifier {
  const { present, cache, freshness, records, owners, hashing, apiKeys, revoked, clock } = parts
  const { digests, entries, negatives, fence } = cache
  const { report = publishFault } = parts
  const proveSecret = createProver(hashing, cache)
  const underWay = createFlights<FlightResult>()

  // A hit is one digest, one look-up and a few comparisons: no promise, no closure, no object.
  const fresh = (key: string, carrier: Carrier, field: string): Verification | undefined => {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    const now = clock.now()
    const ageMs = entries.ageMs(entry, now)
    if (ageMs < 0 || ageMs >= entry.lifetimeMs || !freshness.alive(now)) return undefined
    if (ageMs >= entry.refreshAgeMs) refreshAhead(entry, carrier, field)
    return entry.verification
  }

  const recall = (carrier: Carrier, field: string): Verification | undefined =>
    field.length > maxFieldLength ? undefined : fresh(digests[carrier](field), carrier, field)

  const check = (carrier: Carrier, field: unknown): Verification | Promise<Verification> => {
    if (typeof field !== 'string' || field.length > maxFieldLength) {
      parts.requireOpen()
      return { ok: false, code: 'malformed_key', hint: typeof field === 'string' ? 'too_long' : 'not_a_string' }
    }
    const key = digests[carrier](field)
    return fresh(key, carrier, field) ?? verifyUnknown(tokenIn(carrier, field), key)
  }

  const verifyUnknown = async (token: string, key: string): Promise<Verification> => {
    parts.requireOpen()
    const presented = present(token)
    if (!presented.ok) return presented
    const { id, secret } = presented
    if (negatives.has(key, fence.stamp(keyScope(id)))) return invalidKey
    try {
      const verification = await verifyStored(secret, id, key)
      publish(channels.verify, () => summaryOf(verification))
      return verification
    } catch (error) {
      const stale = isStoreOutage(error) ? staleVerification(key) : undefined
      if (stale === undefined) throw error
      return stale
    }
  }

  /** One flight per token, whatever its carrier. It lasts until its verification is remembered. */
  const verifyStored = async (token: string, id: string, key: string): Promise<Verification> => {
    // With the id: a part of an imported token may be the same text as a whole one.
    const result = await underWay.join(id + token, fence.stamp(keyScope(id)), (onlyWhile) => {
      const isKnown = entries.get(key) !== undefined
      const most = isKnown ? maxUnderWay + keptForKnown : maxUnderWay
      if (underWay.size >= most) throw new BusyError('Too many keys are being verified already. Try again.')
      return verifyOnce(token, id, key, onlyWhile)
    })
    if (result.key !== key) remember(key, result)
    return result.verification
  }

  const verifyOnce = async (token: string, id: string, key: string, onlyWhile: OnlyWhile): Promise<FlightResult> => {
    const budget = startBudget(clock, parts.budgetMs)
    const starting = parts.starting()
    const isLate = starting !== undefined || !freshness.alive(clock.now())
    if (isLate) {
      // Without a lease the store has to show first that it is the one that changes are written to.
      await within(clock, budget.leftMs(), 'store', () => (starting ?? Promise.resolve()).then(freshness.renewed))
      const revived = remembered(key)
      if (revived !== undefined) return { key, verification: revived, basis: undefined }
    }
    onlyWhile(() => freshness.alive(clock.now()))
    // A read has a bound of its own, as long as a whole budget: only a caller that has waited already needs a shorter
    // one.
    const read = await (isLate ? within(clock, budget.leftMs(), 'store', () => records.read(id)) : records.read(id))
    const leftMs = budget.leftMs()
    const proven = await proveSecret(token, read)
    if (proven === 'unreadable') return { key, verification: invalidKey, basis: undefined }
    if (proven === 'different') {
      // A store that lost the key, or does not know it yet, must not make it wrong.
      await within(clock, leftMs, 'store', freshness.confirmed)
      const basis = { read, proven: undefined, ownerStamp: undefined }
      return settled({ key, verification: invalidKey, basis }, onlyWhile)
    }
    const { record, secret } = proven
    const isRefused = judgeState(proven).refused !== undefined
    if (!isRefused) requireKnownRestrictions(record, () => entries.clearKey(record.id))
    const owner = isRefused ? undefined : (owners.unbounded(record) ?? (await askOwner(record, leftMs, onlyWhile)))
    // Judged again: an end may have come, or a revocation been asked for, while the owner was looked up.
    const { counted, refused } = judgeState(proven)
    requireRecent(read)
    const judged = refused ?? judgeOwned(counted.record, counted.secret, owner, apiKeys)
    const verification = judged.ok ? shared(judged) : judged
    parts.onVerification(verification, record, secret)
    if (refused === undefined && hashing.isOutdated(secret)) parts.onOutdated(record, secret, token)
    return settled({ key, verification, basis: { read, proven: counted, ownerStamp: owner?.stamp } }, onlyWhile)
  }

  /** A process that was frozen since it asked may hold an answer that is hours old. @throws {UnavailableError} */
  const requireRecent = ({ readAt }: RecordRead): void => {
    if (clock.now() - readAt <= parts.answerAgeMs) return
    throw new UnavailableError('store', 'The answer of the store is too old: this process stood still. Try again.')
  }

  const askOwner = (record: KeyRecord, leftMs: number, onlyWhile: OnlyWhile): Promise<OwnerRead> => {
    const scope = ownerScope(record)
    const stamp = fence.stamp(scope)
    onlyWhile(() => stamp === fence.stamp(scope))
    return within(clock, leftMs, 'owner', () => owners.read(record))
  }

  /** The verification is made. Later callers find it in memory, or start again. */
  const settled = (result: FlightResult, onlyWhile: OnlyWhile): FlightResult => {
    remember(result.key, result)
    onlyWhile(() => false)
    return result
  }

  /** One object for all spellings of a key, where another has led to the same verification. */
  const shared = (verification: Accepted): Accepted => {
    const isSame = (other: Verification): other is Accepted =>
      other.ok && areAlike(other, verification) && apiKeys.areSame(other.apiKey, verification.apiKey)
    return entries.verificationsOf(verification.apiKey.id).find(isSame) ?? verification
  }

  /** Whether nothing was announced since that may have changed what a verification was made of. */
  const isCurrent = ({ read, proven, ownerStamp }: Basis): boolean =>
    read.stamp === fence.stamp(keyScope(read.id)) &&
    (ownerStamp === undefined || proven === undefined || ownerStamp === fence.stamp(ownerScope(proven.record)))

  const remember = (key: string, { verification, basis }: FlightResult): void => {
    if (basis === undefined || !isCurrent(basis)) return
    const { read, proven } = basis
    if (proven === undefined) negatives.add(key, read.stamp)
    else fill(key, read.readAt, proven, verification)
  }

  const fill = (key: string, filledAt: number, { record, secret, proof }: Proven, verification: Verification): void => {
    const deadline = Math.min(filledAt + jittered(parts.recordAgeMs, key), nextTurn(record, secret, filledAt))
    const refreshAt = filledAt + 0.8 * (deadline - filledAt)
    entries.fill({
      digest: key,
      keyId: record.id,
      workspaceId: record.workspaceId,
      owner: ownerScope(record),
      proof,
      verification,
      bytes: verification.ok ? apiKeys.bytesOf(verification.apiKey) + addressBytes(verification) : 0,
      filledAt,
      deadline,
      refreshAt,
    })
  }

  /** What `recall` would answer, for those who have waited for the lease. */
  const remembered = (key: string): Verification | undefined => {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    const ageMs = entries.ageMs(entry, clock.now())
    return ageMs >= 0 && ageMs < entry.lifetimeMs ? entry.verification : undefined
  }

  /**
   * The key as it counts here, and whether its state is good. One that this process has seen revoked stays revoked,
   * also when the store has forgotten it.
   */
  const judgeState = (proven: Proven): Judged => {
    const { record, secret, proof } = proven
    revoked.see(record)
    const counted = revoked.judged(record)
    const secretNow = counted.secrets.find(({ version }) => version === secret.version) ?? secret
    return {
      counted: { record: counted, secret: secretNow, proof },
      refused: stateRefusal(counted, secretNow, clock.now()),
    }
  }

  const refreshAhead = (entry: Entry, carrier: Carrier, field: string): void => {
    entry.refreshAgeMs = entry.lifetimeMs
    const presented = present(tokenIn(carrier, field))
    // The imported tokens have just ended, and so has this entry.
    if (!presented.ok) return
    verifyStored(presented.secret, entry.keyId, entry.digest).then(
      (verification) => {
        if (verification !== invalidKey) return
        publish(channels.corrupt, () => ({ keyId: entry.keyId, field: 'record' }))
        entries.clearKey(entry.keyId)
      },
      (error: unknown) => {
        report(error, 'refresh')
        if (entry.refreshAgeMs !== entry.lifetimeMs) return
        const retryAgeMs = entries.ageMs(entry, clock.now()) + refreshRetryMs
        entry.refreshAgeMs = Math.min(entry.lifetimeMs, retryAgeMs)
      },
    )
  }

  /** Only for hosts that asked for `staleIfErrorMs`: never what was invalidated, never past an exact end. */
  const staleVerification = (key: string): Verification | undefined => {
    if (parts.staleIfErrorMs === 0) return undefined
    const entry = entries.get(key)
    const verification = entry?.verification
    if (entry === undefined || verification === undefined) return undefined
    const now = clock.now()
    const ageMs = entries.ageMs(entry, now)
    if (ageMs < 0 || ageMs >= parts.recordAgeMs + parts.staleIfErrorMs) return undefined
    return verification.ok && verification.endsAt !== null && now >= verification.endsAt ? undefined : verification
  }

  return { recall, check }
}

interface Judged {
  readonly counted: Proven
  readonly refused: Refused | undefined
}

function isStoreOutage(error: unknown): boolean {
  return isClavigerError(error) && 'dependency' in error && error.dependency === 'store'
}

function summaryOf(made: Verification): object {
  return made.ok ? { ok: true, keyId: made.apiKey.id } : { ok: false, code: made.code, keyId: made.keyId }
}

/** Shortens an age by up to a tenth, so that keys read together are not read again together. */
function jittered(ageMs: number, key: string): number {
  return ageMs * (1 - (key.charCodeAt(0) / 255) * 0.1)
}
