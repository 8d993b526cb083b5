import type { ManagedKey } from '@claviger/core'

/** Whether a text stands somewhere in the name of a key, or ends one of its secrets, whatever the case of its letters. */
export function fits(text: string): (key: ManagedKey) => boolean {
  const wanted = folded(text)
  return ({ name, secrets }) =>
    folded(name).includes(wanted) || secrets.some(({ hint }) => folded(hint.slice(-4)) === wanted)
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

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
