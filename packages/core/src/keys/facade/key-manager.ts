import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { isUnavailable, ValidationError } from '../../errors/errors.ts'
import { type CreateParts, createKeys } from '../changes/create.ts'
import { disableKey, enableKey } from '../changes/disable-enable.ts'
import type { KeyChanges } from '../changes/key-kind.ts'
import { revokeKey } from '../changes/revoke.ts'
import { revokeMany } from '../changes/revoke-many.ts'
import { endOverlap, type RotateParts, rotateKey } from '../changes/rotate.ts'
import { type TransferParts, transferKey } from '../changes/transfer.ts'
import { type UpdateParts, updateKey } from '../changes/update.ts'
import { createImport, type ImportParts } from '../importing/import-keys.ts'
import { type DiagnosisParts, diagnoseKey } from '../diagnosis/diagnose.ts'
import { type ActivityParts, readActivity } from '../reading/read-activity.ts'
import { permissionsNow } from '../reading/permissions-now.ts'
import { type ListParts, listVisible } from '../reading/read-keys.ts'
import { callersOfKey, type UsageParts, usageOfKey, usageOfWorkspace } from '../reading/read-usage.ts'
import type { Reading } from '../reading/reading.ts'
import type { Acting } from '../rules/acting.ts'
import { requireNotOver } from '../rules/ceiling.ts'
import { grantableBy } from '../rules/grantable.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { abilitiesOf, demand, isItself, requireRevoke } from '../rules/rights.ts'
import type { AccountChanges } from '../service-accounts/account-kind.ts'
import { type AccountManagerParts, createServiceAccountManager } from '../service-accounts/account-manager.ts'
import type { Actor } from '../shapes/actor.ts'
import { ownFields } from '../shapes/checks.ts'
import type {
  CreatedKey,
  ReasonOptions,
  RevokeManyOptions,
  RotatedKey,
  RotateOnceOptions,
  RotateOptions,
} from '../shapes/inputs.ts'
import { type ManagedKey, keyFromRecord } from '../shapes/key.ts'
import { parseActor } from '../shapes/parse-actor.ts'
import type { KeyManager } from './key-manager.types.ts'

/** What managing keys is made of: what its calls are made of. Each call takes what it needs of it. */
export interface KeyManagerParts
  extends CreateParts,
    ImportParts,
    UpdateParts,
    RotateParts,
    TransferParts,
    ListParts,
    ActivityParts,
    UsageParts,
    DiagnosisParts,
    AccountManagerParts {
  readonly store: BoundedStore
  readonly reading: Reading
  readonly keys: KeyChanges
  readonly accounts: AccountChanges
  readonly rules: KeyRules
  readonly acting: Pick<Acting, 'present' | 'commit'>
  readonly hashing: ImportParts['hashing'] & DiagnosisParts['hashing']
  readonly owners: ImportParts['owners']
  readonly imported: ImportParts['imported'] & DiagnosisParts['imported']
  /** Resolves once the store may be used; rejects with `ClosedError` after `close`. */
  readonly ready: () => Promise<void>
}

/** Makes the facade's factory: one manager per actor, over the same parts. */
export function createKeyManagers(parts: KeyManagerParts): (actor: Actor) => KeyManager {
  const { keys, reading, rules, acting, clock } = parts
  const createKey = createKeys(parts)
  const importKeys = createImport(parts)

  return (unchecked) => {
    const asked = parseActor(unchecked, rules.freeText.mask, rules.resources)
    /** The actor as it may act now. */
    const begin = async (): Promise<Actor> => {
      await parts.ready()
      requireNotOver(asked, clock.now())
      return acting.present(asked)
    }
    /** The same for ending keys, which must not wait for a store that is down: it is looked at with each key. */
    const beginToEnd = async (id: string): Promise<Actor> => {
      await parts.ready()
      requireNotOver(asked, clock.now())
      // What a key may do to itself it may do without its owner.
      if (isItself(asked, id)) return asked
      return acting.present(asked).catch((error: unknown) => {
        if (isUnavailable(error)) return asked
        throw error
      })
    }
    const reasonOf = (call: string, options: ReasonOptions): string | null =>
      rules.freeText.reason(ownFields<ReasonOptions>(call, options, ['reason']).reason)
    const revoke = async (actor: Actor, id: string, reason: string | null): Promise<ManagedKey> => {
      requireRevoke(actor, id)
      return revokeKey(keys, actor, id, reason)
    }
    return {
      async create(input, options?: Parameters<KeyManager['create']>[1]) {
        const actor = await begin()
        // The overloads tell callers without an idempotency key that there is a token.
        return (await createKey(actor, input, options)) as CreatedKey
      },
      async import(list, options = {}) {
        return importKeys(await begin(), list, options)
      },
      async get(id) {
        const actor = await begin()
        demand(actor, 'list')
        return keyFromRecord(await reading.visibleKey(actor, id), rules.policy, clock.now())
      },
      async list(input = {}) {
        const actor = await begin()
        demand(actor, 'list')
        return listVisible(parts, actor, input)
      },
      async update(id, input, options = {}) {
        const actor = await begin()
        return updateKey(parts, actor, id, input, options)
      },
      async rotate(id: string, options: RotateOptions | RotateOnceOptions = {}) {
        const actor = await begin()
        // The overloads tell callers without an idempotency key that there is a token.
        return (await rotateKey(parts, actor, id, options)) as RotatedKey
      },
      async endOverlap(id) {
        const actor = await begin()
        return endOverlap(parts, actor, id)
      },
      async disable(id, options = {}) {
        const actor = await begin()
        return disableKey(parts, actor, id, options)
      },
      async enable(id) {
        const actor = await begin()
        return enableKey(parts, actor, id)
      },
      async revoke(id, options = {}) {
        const reason = reasonOf('revoke', options)
        requireRevoke(asked, id)
        return revoke(await beginToEnd(id), id, reason)
      },
      async revokeMany(ids, options = {}) {
        const { reason: given, dryRun } = parseRevokeMany(options)
        const reason = rules.freeText.reason(given)
        let present: Promise<Actor> | undefined
        const revokeOne = async (id: string): Promise<ManagedKey> => {
          requireRevoke(asked, id)
          const actor = isItself(asked, id) ? await beginToEnd(id) : await (present ??= beginToEnd(id))
          if (!dryRun) return revoke(actor, id, reason)
          requireRevoke(actor, id)
          return keyFromRecord(await reading.visibleKey(actor, id), rules.policy, clock.now())
        }
        return revokeMany(ids, revokeOne, (id) => isItself(asked, id))
      },
      async transfer(id, owner) {
        const actor = await begin()
        return transferKey(parts, actor, id, owner)
      },
      async usage(id, input = {}) {
        const actor = await begin()
        return usageOfKey(parts, actor, id, input)
      },
      async callers(id) {
        const actor = await begin()
        return callersOfKey(parts, actor, id)
      },
      async workspaceUsage(input = {}) {
        const actor = await begin()
        return usageOfWorkspace(parts, actor, input)
      },
      async activity(input = {}) {
        const actor = await begin()
        return readActivity(parts, actor, input)
      },
      async diagnose(target, input = {}) {
        const actor = await begin()
        return diagnoseKey(parts, actor, target, input)
      },
      async effectivePermissions(id) {
        const actor = await begin()
        demand(actor, 'list')
        return permissionsNow(parts, await reading.visibleKey(actor, id))
      },
      abilities: () => abilitiesOf(asked),
      grantable: () => grantableBy(asked, rules),
      serviceAccounts: createServiceAccountManager(parts, asked, begin),
    }
  }
}

function parseRevokeMany(options: RevokeManyOptions): RevokeManyOptions {
  const { reason, dryRun = false } = ownFields<RevokeManyOptions>('revokeMany', options, ['reason', 'dryRun'])
  if (typeof dryRun !== 'boolean') throw new ValidationError('dryRun', 'Expected dryRun to be true or false.')
  return { reason, dryRun }
}
