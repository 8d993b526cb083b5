import { filtersFrom, searchOf } from '../reading/filters.ts'
import { replacedBy } from '../reading/fits.ts'
import { meantKey } from '../reading/meant-key.ts'
import { whenFrom } from '../reading/periods.ts'
import { maskedText, soughtIn } from '../reading/sought.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, redirect } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { required } from './required.ts'

/**
 * Leads to the list with the filters of a form in its URL. The form is posted because people search for a leaked key by
 * pasting it: here it becomes an id before anything is written into a URL.
 */
export async function find(visit: Visit, { form }: Asked): Promise<Answer> {
  const { keyring } = visit.settings
  const fields = form.entries.filter(([name, value]) => name !== 'q' && value !== '')
  const filters = filtersFrom(new URLSearchParams(fields as [string, string][]), keyring.environments)
  const q = form.text('q')
  return redirect(searchOf({ ...filters, ...(q !== '' && { q: await shownIn(visit, q) }) }))
}

/** Leads to the log with the filters of a form in its URL; the key may be named as people know it. */
export async function findActivity(visit: Visit, { form }: Asked): Promise<Answer> {
  required(visit, 'viewActivity')
  const key = form.text('key')
  const fields: readonly (readonly [string, string])[] = [
    ...['action', 'user'].map((name) => [name, form.text(name)] as const),
    ...Object.entries(whenFrom((name) => form.text(name))).map(([name, value]) => [name, value ?? ''] as const),
    ...(key === '' ? [] : await keyFields(visit, key)),
  ]
  return redirect(
    `activity?${new URLSearchParams(fields.filter(([, value]) => value !== '').map(([...pair]) => pair)).toString()}`,
  )
}

/** The key that a text means, and its ending where it is that of a secret that was replaced. */
async function keyFields(visit: Visit, text: string): Promise<readonly (readonly [string, string])[]> {
  const shown = await shownIn(visit, text)
  const meant = await meantKey(visit, shown)
  if (meant === undefined) return [['key', shown]]
  const { q } = soughtIn(text, visit.settings.keyring)
  return [['key', meant.id], ...(replacedBy(meant, q) === undefined ? [] : [['ending', q] as const])]
}

// Shorter than any token that anyone should take.
const shortestToken = 16
// What the list shows of a token that was issued elsewhere, or less.
const shownOfToken = 8
const longestToken = 512
// What is copied with it.
const wrapping = /^(?:["'`\s]|bearer )+|["'`\s]+$/gi

/** A text as it may stand in a URL: what people wrote, but of a key only its id, or its beginning. */
async function shownIn(visit: Visit, text: string): Promise<string> {
  const { keyring } = visit.settings
  const { q, isMark, beginningIn, masked } = soughtIn(text, keyring)
  if (masked !== undefined) return maskedText(text, masked)
  if (isMark && beginningIn === undefined && q !== text) return q
  if (beginningIn === undefined && text.length >= shortestToken && keyring.isOurs(text)) {
    // Nothing tells such a token's id, or what of it is secret, but the keyring: one that was issued elsewhere, or is encoded.
    const token = text.slice(0, longestToken).replaceAll(wrapping, '')
    const { keyId } = visit.can.diagnose ? await visit.keys.diagnose(token) : { keyId: null }
    return keyId ?? (isMark ? q : token.slice(0, shownOfToken))
  }
  if (isMark && beginningIn === undefined) return q
  // A key that lost its beginning: its end finds it as well, and so it does a name that only looks like one.
  return isFragment(text) && beginningIn === undefined ? text.slice(-4) : keyring.redact(text).slice(0, 255)
}

/** Whether a text without spaces mixes digits and letters of both cases, as secrets do. */
function isFragment(text: string): boolean {
  return /^[\w-]{20,}$/.test(text) && [/\d/, /[a-z]/, /[A-Z]/].every((kind) => kind.test(text))
}
