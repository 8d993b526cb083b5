import type { KeyRecord } from '../../store/records.ts'
import type { ApiKeys } from '../../verification/api-key.ts'
import type { Owners } from '../../verify/owners.ts'

/** What reading a key's permissions is made of. */
export interface PermissionsNowParts {
  readonly owners: Pick<Owners, 'read'>
  readonly apiKeys: Pick<ApiKeys, 'make'>
}

/** What a key may do now, as a verification would tell: what it was granted, bounded by what its owner holds. */
export async function permissionsNow(
  { owners, apiKeys }: PermissionsNowParts,
  record: KeyRecord,
): Promise<readonly string[]> {
  const { grants, resources } = await owners.read({ workspaceId: record.workspaceId, owner: record.owner })
  return grants === null ? [] : [...apiKeys.make(record, record.secrets[0], grants, resources).permissions]
}
