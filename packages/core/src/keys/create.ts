import { ConflictError } from '../errors.ts'
import type { ProtectedToken } from '../hashing/hashing.ts'
import type { KeyRecord, Owner } from '../store/records.ts'
import { formatToken, maskToken, tokenFactory } from '../token/token.ts'
import { factsOf, keyActivity } from './activity.ts'
import type { Actor } from './actor.ts'
import { type CheckedInput, checkCreateInput } from './input.ts'
import { keyFromRecord } from './key.ts'
import type { CreatedKey, CreateKeyInput } from './manager.ts'
import type { ManagerParts } from './parts.ts'
import { demand, grantsForNewKey, ownerForNewKey } from './rights.ts'

// A random id is taken already once in 10^28 times; more than that in a row is a broken generator.
const attempts = 3

/** Makes keys. */
export function createKeys(parts: ManagerParts): (actor: Actor, input: CreateKeyInput) => Promise<CreatedKey> {
  const { clock, commits, events, grammar, hashing, random } = parts
  const generate = tokenFactory(random)

  return async (actor, input) => {
    const checked = checkCreateInput(input, parts.rules, clock.now())
    demand(actor, 'create')
    const owner = ownerForNewKey(actor, checked.owner)
    const permissions = grantsForNewKey(actor, checked.permissions, parts.defaultPermissions)
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const id = generate.id()
      const token = formatToken({
        prefix: grammar.prefixes[0],
        environment: checked.environment,
        id,
        secret: generate.secret(),
      })
      const record = newRecord(id, actor, owner, permissions, checked, token, await hashing.protect(token), clock.now())
      const result = await commits.commit({
        writes: [{ type: 'key', record, expectedRevision: 0 }],
        activity: [
          keyActivity(generate.id(), clock, actor, 'key.created', record, { before: null, after: factsOf(record) }),
        ],
        announcements: [{ type: 'key', id }],
      })
      if (!result.ok) continue
      const key = keyFromRecord(record, clock.now())
      events.emit('key.created', actor, key)
      return { key, token }
    }
    throw new ConflictError()
  }
}

function newRecord(
  id: string,
  actor: Actor,
  owner: Owner,
  permissions: readonly string[],
  input: CheckedInput,
  token: string,
  stored: ProtectedToken,
  now: number,
): KeyRecord {
  return {
    id,
    workspaceId: actor.workspaceId,
    revision: 1,
    name: input.name,
    description: input.description,
    environment: input.environment,
    permissions,
    owner,
    createdBy: { type: actor.type, id: actor.id },
    metadata: input.metadata,
    secrets: [{ version: 1, hint: maskToken(token), ...stored, createdAt: now, endsAt: null }],
    createdAt: now,
    updatedAt: now,
    expiresAt: input.expiresAt,
    disabledAt: null,
    revokedAt: null,
    revokedReason: null,
    ownerGoneAt: null,
    lastUsedAt: null,
  }
}
