/** Every declared permission, in the order of the definition. */
const declared: readonly string[] = ['prompts:read', 'prompts:list', 'prompts:write', 'context:download', 'keys:manage']

/** What a new key gets unless told otherwise. */
export const defaults: readonly string[] = ['prompts:read', 'prompts:list', 'context:download']

/** Whether one of the grants is this one, or has a `*` wherever it differs. No wildcard reaches `keys:manage`. */
export function covers(held: readonly string[], wanted: string): boolean {
  if (wanted === 'keys:manage') return held.includes(wanted)
  const parts = wanted.split(':')
  return held.some((grant) => grant.split(':').every((part, index) => part === '*' || part === parts[index]))
}

/** Whether all of them are covered. */
export function coversAll(held: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((grant) => covers(held, grant))
}

/** What may be granted at all: what covers something declared. */
export function isGrantable(grant: string): boolean {
  return declared.some((permission) => covers([grant], permission))
}

/** The declared permissions that a key of these grants has under an owner of those. */
export function effective(key: readonly string[], owner: readonly string[]): readonly string[] {
  return declared.filter((permission) => covers(key, permission) && covers(owner, permission))
}

/** As they are stored: sorted, each once. */
export function inOrder(grants: readonly string[]): readonly string[] {
  return [...new Set(grants)].sort()
}
