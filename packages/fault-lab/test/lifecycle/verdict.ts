import type { Requirement } from './requirement.ts'
import { covers, effective } from './grants.ts'
import { both, clientsOf, idsOf, resourcesOf } from './limits.ts'
import { accountTimeline, findKey, hostTimeline, keyTimeline, type Model, type ModelKey, statusOf } from './model.ts'
import { believed, type Process } from './timeline.ts'
import { altered, type Alteration, hints } from './tokens.ts'

/** What verifying a token may answer in a process: more than one answer only where news may be on its way. */
export function verdictsOf(
  model: Model,
  process: Process,
  { token, keyId }: Model['tokens'][number],
  alteration: Alteration | undefined,
  requirement: Requirement,
): readonly object[] {
  if (alteration !== undefined) {
    const hint = hints[alteration]
    return [hint === undefined ? { ok: false, code: 'invalid_key' } : { ok: false, code: 'malformed_key', hint }]
  }
  const timeline = keyTimeline(model, keyId) ?? []
  return believed(timeline, process, model).flatMap((key) =>
    believedGrants(model, process, key).map((grants) => verdictOf(key, token, grants, model.now, requirement)),
  )
}

/** The text that is sent. */
export function textOf(token: string, alteration: Alteration | undefined): string {
  return alteration === undefined ? token : altered(token, alteration)
}

function believedGrants(
  model: Model,
  process: Process,
  { workspace, owner }: ModelKey,
): readonly (readonly string[] | null)[] {
  const account = owner.type === 'service' ? accountTimeline(model, workspace, owner.id) : undefined
  if (account !== undefined) {
    return believed(account, process, model).map(({ deletedAt, permissions }) =>
      deletedAt === null ? permissions : null,
    )
  }
  const known = hostTimeline(model, workspace, owner)
  return known === undefined ? [null] : believed(known, process, model)
}

/** The verdict on a token, were the key and its owner's grants like this. */
function verdictOf(
  key: ModelKey,
  token: string,
  owner: readonly string[] | null,
  now: number,
  requirement: Requirement,
): object {
  const secret = [key.current, key.previous].find((each) => each?.token === token)
  if (secret === undefined) return { ok: false, code: 'invalid_key' }
  const code = refusalOf(key, token, owner, now, requirement)
  const { permission } = requirement
  if (code !== undefined) {
    const isAboutPermission = code === 'insufficient_permission' || code === 'owner_lacks_permission'
    return { ok: false, code, keyId: key.id, ...(isAboutPermission && { requiredPermissions: [permission] }) }
  }
  const ends = [key.expiresAt, secret.endsAt].filter((end) => end !== null)
  const endsAt = ends.length === 0 ? null : Math.min(...ends)
  return {
    ok: true,
    id: key.id,
    workspaceId: key.workspace,
    name: key.name,
    environment: key.environment,
    permissions: effective(key.permissions, owner ?? []),
    resources: both(key.resources, resourcesOf(key.owner)),
    owner: key.owner,
    secretVersion: secret.version,
    expiresAt: key.expiresAt,
    endsAt,
    secretEndsAt: secret.endsAt,
  }
}

/** Why a key, whose secret was right, is refused: of the reasons that apply, the first. */
export function refusalOf(
  key: ModelKey,
  token: string,
  owner: readonly string[] | null,
  now: number,
  { workspace, environment, permission, client, resource }: Requirement,
): string | undefined {
  const status = statusOf(key, now)
  if (status === 'revoked' || status === 'expired' || status === 'disabled') return `key_${status}`
  const { previous } = key
  if (previous?.token === token && previous.endsAt !== null && now >= previous.endsAt) return 'key_rotated'
  if (owner === null) return 'owner_gone'
  if (!isLetIn(key, client)) return 'address_not_allowed'
  if (workspace !== undefined && workspace !== key.workspace) return 'wrong_workspace'
  if (environment !== undefined && environment !== key.environment) return 'wrong_environment'
  if (permission !== undefined && !covers(key.permissions, permission)) return 'insufficient_permission'
  if (permission !== undefined && !covers(owner, permission)) return 'owner_lacks_permission'
  if (resource === undefined) return undefined
  const reached = idsOf(both(key.resources, resourcesOf(key.owner)), resource.type)
  return reached.includes(resource.id) ? undefined : 'resource_not_allowed'
}

function isLetIn({ allowedAddresses }: ModelKey, client: string | null | undefined): boolean {
  if (allowedAddresses.length === 0 || client === undefined) return true
  return client !== null && clientsOf(allowedAddresses).includes(client)
}

/** The key that a text names, with what a look at it may find. */
export function keyNamed(model: Model, keyId: string, alteration: Alteration | undefined): ModelKey | undefined {
  return alteration === 'id' ? undefined : findKey(model, keyId)
}
