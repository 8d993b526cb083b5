import { addressRefusal } from './verify/allowed-addresses.ts'
import { parseUse, watchedAddress } from './verify/use.ts'
import { createSharedParts } from './assembly/shared-parts.ts'
import { assembleManagement } from './assembly/management.ts'
import { assembleVerification } from './assembly/verification.ts'
import type { OwnerQuestion } from './cache/scopes.ts'
import { giveDoor } from './door.ts'
import { ClosedError, ConfigurationError } from './errors/errors.ts'
import { isThenable } from './input/thenable.ts'
import type { Keyring } from './keyring.types.ts'
import type { KeyManager } from './keys/facade/key-manager.types.ts'
import { ownFields, parseOwner, parseReference } from './keys/shapes/checks.ts'
import { policyShown } from './keys/shapes/policy.ts'
import { createClosing } from './life/closing.ts'
import { guaranteesOf } from './life/guarantees.ts'
import { healthOf } from './life/health.ts'
import { type KeyringOptions, resolveOptions } from './options/options.ts'
import { tokenMask } from './token/mask.ts'
import { tokenPattern } from './token/token.ts'
import type { Accepted, Refused } from './verification/verification.ts'
import { authorization } from './verify/authorization.ts'
import { parseRequirement } from './verify/requirement.ts'
import { parseWatch } from './watch/parse-watch.ts'
import { parseSignal } from './watch/parse-signal.ts'

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
export function createKeyring<Permission extends string, const Resource extends string = never>(
  options: KeyringOptions<Permission, Resource>,
): Keyring<Permission, Resource> {
  const resolved = resolveOptions(options)
  const { clock, grammar, permissions, resources } = resolved
  const mask = tokenMask(grammar)
  const declared = { permissions, environments: grammar.environments, resources }

  const shared = createSharedParts(resolved, mask)
  const verification = assembleVerification(shared, {
    onStarted() {
      management.retention.start()
      management.reminders.start()
    },
    onOutdated: (record, secret, token) => management.rehash.offer(record, secret, token),
    onVerification: (answer, record) => management.ownerFlags.learn(answer, record),
  })
  const management = assembleManagement(shared, verification)

  const { store, facts, report } = shared
  const { verifier, watches, recorder, readiness, freshness, apiKeys, ours } = verification
  const { commits, ownerFlags, retention, reminders, followers } = management
  const ready = async (): Promise<void> => readiness.starting()
  const close = createClosing({
    freshness,
    recorder,
    followers,
    store,
    clock,
    stop() {
      readiness.close()
      watches.stop()
      management.stop()
    },
  })

  const noteCaller = recorder?.noteCaller
  const { authorize, guards } = authorization(apiKeys, declared)
  const keyring: Keyring<Permission, Resource> = {
    permissions,
    resources,
    environments: resolved.environments,
    policy: policyShown(resolved.policy),
    tokenPattern: tokenPattern(grammar),
    redact: (text) => (typeof text === 'string' ? (mask(text) as typeof text) : text),
    isOurs: ours.isOurs,
    // The catalogue's names are what managers check grants against.
    as: (actor) => management.as(actor) as KeyManager<Permission, Resource>,

    async verify(token, requirement) {
      // Asked for nothing, nothing is parsed: this is the hot path of queues and sockets.
      const asked = requirement === undefined ? undefined : parseUse('verify', requirement)
      const demanded = asked && parseRequirement('verify', asked.requirement, declared)
      const checked = verifier.check('direct', token)
      const verification = isThenable(checked) ? await checked : checked
      const refused =
        addressRefusal(verification, asked?.address) ??
        (verification.ok && demanded ? apiKeys.refusal(verification.apiKey, demanded) : undefined)
      const answer = refused ?? verification
      noteCaller?.(verification, asked?.address, undefined)
      recorder?.count(verification, undefined, answer.ok ? undefined : answer)
      return answer
    },

    authorize,

    watch(apiKey, options) {
      const { signal, address, requirement } = parseWatch(options, declared)
      if (!apiKeys.isOurs(apiKey)) {
        throw new ConfigurationError(
          'apiKey',
          'Expected the apiKey of a request or an accepted verification of this keyring.',
        )
      }
      const judge = watchedAddress(address, apiKey)
      const refusal = (verification: Accepted): Refused | undefined =>
        judge(verification) ?? apiKeys.refusal(verification.apiKey, requirement)
      return watches.watch(apiKey, refusal, parseSignal(signal))
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

    async remind(options) {
      await ready()
      return reminders.remind(options)
    },

    follow: followers.follow,

    ready: readiness.ready,
    guarantees: () => guaranteesOf(resolved.store, resolved, freshness.bus.refusal(), freshness.storeId),
    health() {
      // A process that gets no requests until it is healthy would never become so.
      if (!readiness.closed) readiness.starting()?.catch(() => {})
      return healthOf(readiness, freshness, facts, clock.now())
    },

    async flush() {
      if (readiness.closed) throw new ClosedError()
      await recorder?.flush()
    },

    close,
  }
  const { check, recall } = verifier
  const workspaceOf = async (keyId: string): Promise<string | undefined> => {
    await ready()
    const found = (await store.find([keyId])).get(keyId)
    return found === null || found === 'corrupt' ? undefined : found.workspaceId
  }
  giveDoor(keyring, {
    check,
    recall,
    recordUse: recorder?.count,
    noteCaller,
    guards,
    workspaceOf,
    grammar,
    ours,
    expiryNoticeMs: resolved.expiryNoticeMs,
    clock,
    report,
  })
  return keyring
}
