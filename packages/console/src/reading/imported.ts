import type { ManagedKey } from '@claviger/core'

/** Which secret of a key that still works was issued elsewhere and imported; undefined for none. */
export function importedSecret(
  { imported, secrets }: Pick<ManagedKey, 'imported' | 'secrets'>,
  now: number,
): 'current' | 'previous' | undefined {
  if (!imported) return undefined
  const found = secrets.find((secret) => secret.imported && (secret.endsAt === null || secret.endsAt.getTime() > now))
  return found === undefined ? undefined : found.endsAt === null ? 'current' : 'previous'
}
