import type { ClavigerConfig } from '../settings/config.types.ts'
import { type Check, passed, weak } from './check.types.ts'

/** What is weak about a configuration, though it works. Pure. */
export function policyChecks(config: ClavigerConfig): readonly Check[] {
  const { policy, owners, hasher, staleIfErrorMs, allowSharedStore, defaultPermissions, storeOptions } = config
  const found = [
    owners === 'unbounded' &&
      weak(
        'owners',
        'Keys of users who leave keep working: owners is unbounded.',
        'Give resolveOwner, which asks your own tables.',
      ),
    policy?.rotateAfter === null &&
      weak('policy', 'No key is ever due for rotation: policy.rotateAfter is null.', "Set it to '90d'."),
    policy?.unusedAfter === null &&
      weak('policy', 'No key ever counts as unused: policy.unusedAfter is null.', "Set it to '90d'."),
    typeof policy?.maxOverlap === 'string' &&
      isLongerThanMonth(policy.maxOverlap) &&
      weak('policy', `A replaced secret may work for ${policy.maxOverlap}: policy.maxOverlap.`, "Set it to '7d'."),
    typeof staleIfErrorMs === 'number' &&
      staleIfErrorMs > 0 &&
      weak(
        'policy',
        `While the store is down, revoked keys are accepted for ${staleIfErrorMs} ms longer: staleIfErrorMs.`,
        'Leave staleIfErrorMs out, unless availability comes first.',
      ),
    allowSharedStore === true &&
      weak('store', 'Two products share one store: allowSharedStore.', 'Give each a namespace or table prefix.'),
    storeOptions?.['allowVolatileStore'] === true &&
      weak('store', 'Redis may lose keys: allowVolatileStore.', 'Turn on the append-only file; set noeviction.'),
    defaultPermissions?.includes('keys:manage') === true &&
      weak('permissions', 'Every new key may make keys: defaultPermissions has keys:manage.', 'Take it out.'),
  ].filter((check) => check !== false)
  const hashing =
    hasher === undefined
      ? passed('hashing', 'argon2id, without a pepper.')
      : passed('hashing', `${hasher.algorithm}, ${hasher.peppers?.currentId === null ? 'without a' : 'with a'} pepper.`)
  return [hashing, ...(found.length === 0 ? [passed('policy', 'Nothing is weaker than the defaults.')] : found)]
}

function isLongerThanMonth(duration: string): boolean {
  const [, count = '0', unit = ''] = /^(\d+)(\w+)$/.exec(duration) ?? []
  const days = Number(count) * ({ w: 7, d: 1 }[unit] ?? 0)
  return days > 31
}
