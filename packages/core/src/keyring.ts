import { randomBytes } from 'node:crypto'
import { boundedStore } from './bounds/bounded-store.ts'
import { createManagementTurns } from './bounds/management-turns.ts'
import { createCache } from './cache/cache.ts'
import type { OwnerQuestion } from './cache/scopes.ts'
import { giveDoor } from './door.ts'
import { ClosedError, ConfigurationError } from './errors/errors.ts'
import { createFreshness } from './following/freshness.ts'
import { createRevokedKeys } from './following/revoked.ts'
import { createHashQueue } from './hashing/hash-queue.ts'
import { createHashing } from './hashing/hashing.ts'
import { isThenable } from './input/thenable.ts'
import type { Keyring } from './keyring.types.ts'
import { createEventSink } from './keys/changes/events.ts'
import { createTurns } from './keys/changes/turns.ts'
import { createWithdrawals } from './keys/changes/withdrawals.ts'
import { createManagers } from './keys/facade/key-manager.ts'
import type { KeyManager } from './keys/facade/key-manager.types.ts'
import { ownFields, parseOwner, parseReference } from './keys/shapes/checks.ts'
import { createFreeText } from './keys/shapes/free-text.ts'
import { createClosing } from './life/closing.ts'
import { guaranteesOf } from './life/guarantees.ts'
import { healthOf } from './life/health.ts'
import { createReadiness } from './life/readiness.ts'
import { createStart } from './life/start.ts'
import { type KeyringOptions, resolveOptions } from './options/options.ts'
import { createFaults } from './reporting/faults.ts'
import { createVitals } from './reporting/vitals.ts'
import { ownContext } from './runtime/own-context.ts'
import { within } from './runtime/within.ts'
import { tokenMask } from './token/mask.ts'
import { tokenFactory, tokenPattern } from './token/token.ts'
import { createRecorder } from './usage/recorder.ts'
import { createApiKeys } from './verification/api-key.ts'
import { authorization } from './verify/authorization.ts'
import { parseWatch } from './watch/parse-watch.ts'
import { createOwners } from './verify/owners.ts'
import { createRecheck } from './verify/recheck.ts'
import { createRecords } from './verify/records.ts'
import { parseRequirement } from './verify/requirement.ts'
import { createVerifier } from './verify/verifier.ts'
import { createWithheldGrants } from './verify/withheld-grants.ts'
import { inOrder, toldTo } from './watch/changes.ts'
import { parseSignal } from './watch/parse-signal.ts'
import { createWatches } from './watch/watches.ts'
import { createCommits } from './writing/commits.ts'
import { createOwnerFlags } from './writing/owner-flags.ts'
import { createRehash } from './writing/rehash.ts'
import { createRepair } from './writing/repair.ts'
import { createRetention } from './writing/retention.ts'

// After a failed start, calls in between fail at once; a store that comes up late is found soon.
const startRetryMs = 250
const maxRevokedKeys = 10_000
const maxTurnWaitMs = 5_000
// What the dearest hash may take on a busy machine.
const hashingMs = 5_000
const leastIdleMs = 600_000

/**
 * Makes a keyring: everything Claviger does, for one product and one store. Does no I/O until `ready()` or first use.
 *
 * @example
 * const keyring = createKeyring({
 *   prefix: 'acme',
 *   store: memoryStore(),
 *   permissions: definePermissions({ prompts: ['read', 'list'] }),
 *   resolveOwner: ({ workspaceId, owner }) => members.permissionsOf(workspaceId, owner.id),
 * })
 *
 * @throws {ConfigurationError} naming the first option that is wrong
 */
export function createKeyring<Permission extends string>(options: KeyringOptions<Permission>): Keyring<Permission> {
  const resolved = resolveOptions(options)
  const { clock, grammar, permissions, storeTimeoutMs } = resolved
  const store = boundedStore(resolved.store, clock, storeTimeoutMs)
  const turns = createManagementTurns(clock, storeTimeoutMs)
  const managed = boundedStore(resolved.store, clock, storeTimeoutMs, turns)
  const own = ownContext()
  const mask = tokenMask(grammar)
  const declared = { permissions, environments: grammar.environments }

  const cache = createCache(
    {
      ...resolved.cache,
      // What is refused with its secret proven is as rare as what is refused without, and has as much room.
      maxRefused: resolved.cache.maxNegatives,
      idleMs: Math.max(leastIdleMs, 2 * resolved.recordAgeMs),
      negativeMs: resolved.negativeMs,
    },
    clock,
  )
  const vitals = createVitals(clock)
  const report = vitals.noting(createFaults(resolved.onError, mask, clock))
  const watches = createWatches({
    recheck: (apiKey) => recheck(apiKey),
    refusal: (apiKey, requirement) => apiKeys.refusal(apiKey, requirement),
    alive: (now) => freshness.alive(now),
    clock,
    pollMs: resolved.pollMs,
    recordAgeMs: resolved.recordAgeMs,
    leaseMs: resolved.leaseMs,
  })
  // The cache first: listeners of a change must not see what was cached before it.
  const caches = inOrder([
    cache,
    watches,
    ...(resolved.onChange === undefined ? [] : [toldTo(resolved.onChange, report)]),
  ])
  const freshness = createFreshness({ store, target: caches, times: resolved, clock, report, vitals })
  const confirmed = (): Promise<void> => within(clock, storeTimeoutMs, 'store', freshness.confirmed)
  const commits = createCommits({ store: managed, caches, freshness, confirmed, clock })
  const hashing = createHashing(resolved.hasher, createHashQueue(resolved.hashing, clock), vitals)
  const apiKeys = createApiKeys(permissions)
  const revoked = createRevokedKeys(maxRevokedKeys)
  const withheld = createWithheldGrants()
  const withdrawals = createWithdrawals(clock, resolved.pollMs, report)
  const owners = createOwners({
    store,
    resolveOwner: resolved.resolveOwner,
    fence: cache.fence,
    withheld,
    freshness,
    clock,
    own,
  })
  const repair = createRepair(managed, commits)
  const rehash = createRehash({ hashing, repair, cache, clock, own, report })
  const ownerFlags = createOwnerFlags({ store: managed, repair, owners, clock, own, report })
  const retention = createRetention({
    store,
    times: resolved.retention,
    clock,
    random: Math.random,
    report,
  })

  const recorder =
    resolved.usage === false || store.addUsage === undefined || store.usage === undefined
      ? undefined
      : createRecorder({
          ...resolved.usage,
          store,
          clock,
          isOurs: apiKeys.isOurs,
          random: Math.random,
          own,
          report,
        })

  const start = createStart({ store, freshness, vitals, options: resolved, onStarted: retention.start })
  const readiness = createReadiness(() => own(start), clock, Math.min(startRetryMs, resolved.pollMs))
  const ready = async (): Promise<void> => readiness.starting()

  const records = createRecords(store, cache.fence, clock, own)
  const recheck = createRecheck({
    records,
    owners,
    revoked,
    apiKeys,
    freshness,
    clock,
    starting: readiness.starting,
    budgetMs: storeTimeoutMs,
    noticeMs: resolved.expiryNoticeMs,
  })
  const verifier = createVerifier({
    report,
    grammar,
    cache,
    freshness,
    hashing,
    apiKeys,
    revoked,
    clock,
    records,
    owners,
    starting: readiness.starting,
    requireOpen: readiness.requireOpen,
    onOutdated: rehash.offer,
    onVerification(verification, record, { version }) {
      if (!verification.ok) {
        recorder?.introduce(verification, { id: record.id, workspaceId: record.workspaceId, secretVersion: version })
      }
      ownerFlags.learn(verification, record)
    },
    recordAgeMs: resolved.recordAgeMs,
    budgetMs: storeTimeoutMs,
    answerAgeMs: 2 * storeTimeoutMs + resolved.hashing.maxWaitMs + hashingMs,
    noticeMs: resolved.expiryNoticeMs,
    staleIfErrorMs: resolved.staleIfErrorMs,
  })

  const parts = {
    store: managed,
    commits,
    revoked,
    withheld,
    withdrawals,
    hashing,
    owners,
    apiKeys,
    grammar,
    environments: resolved.environments,
    permissions,
    clock,
    ready,
    confirmed,
    caches,
    entries: cache.entries,
    events: createEventSink(resolved.onEvent, clock, report),
    policy: resolved.policy,
    defaultPermissions: resolved.defaultPermissions,
    freeText: createFreeText(grammar),
    inTurn: createTurns(clock, maxTurnWaitMs),
    generate: tokenFactory(resolved.random ?? ((size: number): Uint8Array => randomBytes(size))),
  }
  const managers = createManagers(parts)

  const close = createClosing({
    freshness,
    recorder,
    store,
    clock,
    stop() {
      readiness.close()
      for (const part of [watches, withdrawals, retention, ownerFlags, rehash]) part.stop()
    },
  })

  const { authorize, guards } = authorization(apiKeys, declared)
  const keyring: Keyring<Permission> = {
    permissions,
    environments: resolved.environments,
    tokenPattern: tokenPattern(grammar),
    redact: (text) => (typeof text === 'string' ? (mask(text) as typeof text) : text),
    // The catalogue's names are what managers check grants against.
    as: (actor) => managers(actor) as KeyManager<Permission>,

    async verify(token, requirement) {
      // Asked for nothing, nothing is parsed: this is the hot path of queues and sockets.
      const demanded = requirement === undefined ? undefined : parseRequirement('verify', requirement, declared)
      const checked = verifier.check('direct', token)
      const verification = isThenable(checked) ? await checked : checked
      const refused = verification.ok && demanded ? apiKeys.refusal(verification.apiKey, demanded) : undefined
      const answer = refused ?? verification
      recorder?.count(verification, undefined, answer.ok ? undefined : answer.code)
      return answer
    },

    authorize,

    watch(apiKey, options) {
      const { signal, requirement } = parseWatch(options, declared)
      if (!apiKeys.isOurs(apiKey)) {
        throw new ConfigurationError(
          'apiKey',
          'Expected the apiKey of a request or an accepted verification of this keyring.',
        )
      }
      return watches.watch(apiKey, requirement, parseSignal(signal))
    },

    async ownerChanged(change) {
      const { workspaceId, owner } = ownFields<OwnerQuestion>('ownerChanged', change, ['workspaceId', 'owner'])
      parseReference('workspaceId', workspaceId)
      await ready()
      const changed = { workspaceId, owner: parseOwner(owner) }
      await commits.commit({ writes: [], activity: [], announcements: [{ type: 'owner', ...changed }] })
      ownerFlags.ownerChanged(changed)
    },

    async purge() {
      await ready()
      await retention.purge()
    },

    ready: readiness.ready,
    guarantees: () => guaranteesOf(resolved.store, resolved, freshness.bus.refusal(), freshness.storeId),
    health() {
      // A process that gets no requests until it is healthy would never become so.
      if (!readiness.closed) readiness.starting()?.catch(() => {})
      return healthOf(readiness, freshness, vitals, clock.now())
    },

    async flush() {
      if (readiness.closed) throw new ClosedError()
      await recorder?.flush()
    },

    close,
  }
  const { check, recall } = verifier
  giveDoor(keyring, { check, recall, recordUse: recorder?.count, guards, grammar, clock, report })
  return keyring
}
