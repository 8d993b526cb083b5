import { type Cache, createCache } from '../cache/cache.ts'
import type { ChangeTarget } from '../cache/change-target.ts'
import { ConfigurationError } from '../errors/errors.ts'
import { createFreshness, type Freshness } from '../following/freshness.ts'
import { createRevokedKeys, type RevokedKeys } from '../following/revoked.ts'
import { createHashQueue } from '../hashing/hash-queue.ts'
import { createHashing, type Hashing } from '../hashing/hashing.ts'
import { endingWith } from '../imported/imported-ends.ts'
import { createImportedTokens, type ImportedTokens } from '../imported/imported-tokens.ts'
import { describeValue } from '../input/describe-value.ts'
import { createReadiness, type Readiness } from '../life/readiness.ts'
import { createStart } from '../life/start.ts'
import type { KeyRecord } from '../store/records.ts'
import { tokenMask } from '../token/mask.ts'
import { createOurs, type Ours } from '../token/ours.ts'
import { createRecorder, type Recorder } from '../usage/recorder.ts'
import { type ApiKeys, createApiKeys } from '../verification/api-key.ts'
import { createOwners, type Owners } from '../verify/owners.ts'
import { createPresent } from '../verify/present.ts'
import { createRecheck } from '../verify/recheck.ts'
import { createRecords } from '../verify/records.ts'
import { createVerifier, type Verifier, type VerifierParts } from '../verify/verifier.ts'
import { createWithheldGrants, type WithheldGrants } from '../verify/withheld-grants.ts'
import { inOrder, toldTo } from '../watch/changes.ts'
import { createWatches, type Watches } from '../watch/watches.ts'
import type { SharedParts } from './shared-parts.ts'

/** What answers tokens. */
export interface VerificationAssembly {
  readonly verifier: Verifier
  readonly watches: Watches
  /** Undefined where use is not counted. */
  readonly recorder: Recorder | undefined
  readonly readiness: Readiness
  readonly freshness: Freshness
  readonly cache: Cache
  /** Everything that a change makes worthless, in the order in which it is told. */
  readonly caches: ChangeTarget
  readonly hashing: Hashing
  readonly apiKeys: ApiKeys
  readonly owners: Owners
  readonly revoked: RevokedKeys
  readonly imported: ImportedTokens
  readonly ours: Ours
  readonly withheld: WithheldGrants
}

/** What verification tells, off the request path. */
export interface Listeners extends Pick<VerifierParts, 'onOutdated' | 'onVerification'> {
  /** The store was found fit for use. */
  readonly onStarted: () => void
}

// After a failed start, calls in between fail at once; a store that comes up late is found soon.
const startRetryMs = 250
const maxRevokedKeys = 10_000
// What the dearest hash may take on a busy machine.
const hashingMs = 5_000
const leastIdleMs = 600_000

/** Puts verification together: caches, what follows the store, and the path from a token to its verification. */
export function assembleVerification(shared: SharedParts, listeners: Listeners): VerificationAssembly {
  const { options, clock, store, own, facts, report } = shared
  const { grammar, storeTimeoutMs } = options

  const cache = createCache(
    {
      ...options.cache,
      // What is refused with its secret proven is as rare as what is refused without, and has as much room.
      maxRefused: options.cache.maxNegatives,
      idleMs: Math.max(leastIdleMs, 2 * options.recordAgeMs),
      negativeMs: options.negativeMs,
    },
    clock,
  )
  const watches = createWatches({
    recheck: (apiKey) => recheck(apiKey),
    alive: (now) => freshness.alive(now),
    clock,
    pollMs: options.pollMs,
    recordAgeMs: options.recordAgeMs,
    leaseMs: options.leaseMs,
  })
  // The cache first: listeners of a change must not see what was cached before it.
  const caches = inOrder([
    cache,
    watches,
    ...(options.onChange === undefined ? [] : [toldTo(options.onChange, report)]),
  ])
  const freshness = createFreshness({ store, caches, times: options, clock, report, facts })
  const hashing = createHashing(options.hasher, createHashQueue(options.hashing, clock), facts)
  const apiKeys = createApiKeys(options.permissions, options.resources)
  const imported = createImportedTokens(options.importedTokens, grammar, clock)
  const ours = createOurs(grammar, (text) => imported.read(text) !== undefined)
  const revoked = withImportedEnds(createRevokedKeys(maxRevokedKeys, cache), imported.until)
  const withheld = createWithheldGrants()
  const owners = createOwners({
    store,
    resolveOwner: options.resolveOwner,
    resources: options.resources,
    fence: cache.fence,
    withheld,
    freshness,
    clock,
    own,
  })

  const start = createStart({ store, freshness, facts, options, onStarted: listeners.onStarted })
  const readiness = createReadiness(() => own(start), clock, Math.min(startRetryMs, options.pollMs))
  const recorder = recorderOf(shared, apiKeys, ours)

  const parts = {
    records: createRecords(store, cache.fence, clock, own),
    owners,
    revoked,
    apiKeys,
    freshness,
    clock,
    starting: readiness.starting,
    budgetMs: storeTimeoutMs,
  }
  const recheck = createRecheck(parts)
  const verifier = createVerifier({
    ...parts,
    report,
    present: createPresent(grammar, imported),
    cache,
    hashing,
    requireOpen: readiness.requireOpen,
    onOutdated: listeners.onOutdated,
    onVerification(verification, record, secret) {
      if (!verification.ok) {
        recorder?.introduce(verification, {
          id: record.id,
          workspaceId: record.workspaceId,
          secretVersion: secret.version,
        })
        if (verification.code === 'resource_not_allowed') report(undeclaredError(apiKeys, record), 'verify')
      }
      listeners.onVerification(verification, record, secret)
    },
    recordAgeMs: options.recordAgeMs,
    answerAgeMs: 2 * storeTimeoutMs + options.hashing.maxWaitMs + hashingMs,
    staleIfErrorMs: options.staleIfErrorMs,
  })

  return {
    verifier,
    watches,
    recorder,
    readiness,
    freshness,
    cache,
    caches,
    hashing,
    apiKeys,
    owners,
    revoked,
    imported,
    ours,
    withheld,
  }
}

/** Why a key is refused that is limited by what this keyring does not declare. Clients are not told. */
function undeclaredError({ undeclared }: ApiKeys, record: KeyRecord): ConfigurationError {
  const types = undeclared(record).map(describeValue).join(', ')
  return new ConfigurationError(
    'resources',
    `The key ${record.id} is limited by resources of the type ${types}, which createKeyring({ resources }) does not declare: it is refused. Declare the type again, or update the key.`,
  )
}

function recorderOf(
  { options, clock, store, own, report }: SharedParts,
  apiKeys: ApiKeys,
  ours: Ours,
): Recorder | undefined {
  if (options.usage === false || store.addUsage === undefined || store.usage === undefined) return undefined
  const { flushMs, maxCells, callers } = options.usage
  const keepsCallers = callers && store.addCallers !== undefined && store.callers !== undefined
  const mask = tokenMask(options.grammar)
  return createRecorder({
    flushMs,
    maxCells,
    holdsToken: keepsCallers ? (text) => ours.holdsToken(text) || mask(text) !== text : undefined,
    store,
    clock,
    isOurs: apiKeys.isOurs,
    random: Math.random,
    own,
    report,
  })
}

/** Keys as they count here: imported tokens end together, also where the store knows of no end. */
function withImportedEnds(revoked: RevokedKeys, until: number): RevokedKeys {
  const ended = endingWith(until)
  return { ...revoked, judged: (record) => ended(revoked.judged(record)) }
}
