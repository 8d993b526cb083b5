import type { ManagedKey } from '@claviger/core'

/**
 * Whether a text stands somewhere in the name of a key, begins it as the list shows it, or ends one of its secrets, whatever
 * the case of its letters.
 */
export function fits(text: string): (key: ManagedKey) => boolean {
  const wanted = folded(text)
  // Shorter ones, and the prefix alone, would fit too many.
  const isBeginning = /^[\w-]{4,}$/.test(text)
  return ({ id, name, hint, secrets }) =>
    folded(name).includes(wanted) ||
    secrets.some((secret) => folded(secret.hint.slice(-4)) === wanted) ||
    (isBeginning && (folded(id).startsWith(wanted) || (wanted.includes('_') && folded(hint).startsWith(wanted)))) ||
    // More of the end than is kept: its last characters are compared, as they are.
    (isBeginning && text.length > 4 && secrets.some((secret) => text.endsWith(secret.hint.slice(-4))))
}

/** The secret that a rotation replaced, where a text is its ending and not that of the current one. */
export function replacedBy(
  { secrets }: Pick<ManagedKey, 'secrets'>,
  text: string,
): ManagedKey['secrets'][number] | undefined {
  const [current, ...older] = secrets
  const wanted = folded(text)
  if (current === undefined || folded(current.hint.slice(-4)) === wanted) return undefined
  return older.find(({ hint }) => folded(hint.slice(-4)) === wanted)
}

/** A text without the case of its letters. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
