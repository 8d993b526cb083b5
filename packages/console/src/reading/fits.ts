import type { ManagedKey } from '@claviger/core'
import type { Masked, Sought } from './sought.ts'

/** Whether a key is what a search looks for: of a key as lists show it, beginning and ending have to fit. */
export function fitsSought({ q, masked }: Pick<Sought, 'q' | 'masked'>): (key: ManagedKey) => boolean {
  return masked === undefined ? fits(q) : (key) => fitsMasked(masked, key)
}

/** Whether a secret of a key ends as written, and the key begins so, or is called so. */
export function fitsMasked({ start, ending }: Masked, { id, name, secrets }: ManagedKey): boolean {
  const wanted = folded(start)
  return secrets.some(({ hint }) => {
    if (folded(hint.slice(-4)) !== folded(ending)) return false
    const shown = hint.split('\u2026')[0] ?? ''
    // The hint shows a part of the id; more of it may be written.
    const whole = folded(id.startsWith(shown.slice(-4)) ? shown.slice(0, -4) + id : shown)
    const at = whole.indexOf(wanted)
    return at === 0 || (at > 0 && /[^a-z0-9-]/.test(whole[at - 1] ?? '')) || folded(name).includes(wanted)
  })
}

/**
 * Whether a text stands somewhere in the name of a key, begins it as the list shows it, or ends one of its secrets, whatever
 * the case of its letters.
 */
function fits(text: string): (key: ManagedKey) => boolean {
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
