import type { ManagedKey } from '@claviger/core'
import type { Form } from '../web/form.ts'

/** The end of a key, as a form says it. */
export interface ExpiryDraft {
  /** `90` days, `never`, or `date`. */
  readonly choice: string
  /** `2030-11-03`, where the choice is `date`. */
  readonly date: string
}

/** The expiry of a form. */
export function expiryDraft(form: Form): ExpiryDraft {
  return { choice: form.text('expires'), date: form.text('expiresAt') }
}

/** The end of a key. A number of days stays one: a form that is sent again must ask for the same. */
export type Expiry = { readonly expiresAt: Date | null } | { readonly expiresIn: `${number}d` }

/** The fields of a keyring call, or what is wrong. A date means the end of that day, UTC. */
export function expiryOf(
  { choice, date }: ExpiryDraft,
  days: readonly number[],
  neverExpires: boolean,
  now: number,
): Expiry | { readonly problem: string } {
  if (choice === 'never') {
    return neverExpires ? { expiresAt: null } : { problem: 'Choose when the key ends.' }
  }
  if (choice !== 'date') {
    const count = days.find((one) => String(one) === choice)
    return count === undefined ? { problem: 'Choose when the key ends.' } : { expiresIn: `${count}d` }
  }
  const end = Date.parse(`${date}T23:59:59.000Z`)
  // JavaScript turns 31 June into 1 July.
  const exists = !Number.isNaN(end) && new Date(end).toISOString().startsWith(`${date}T`)
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !exists) return { problem: 'Choose the last day of the key.' }
  return end > now ? { expiresAt: new Date(end) } : { problem: 'Choose a day that is not over yet.' }
}

const dayMs = 86_400_000

/** For how many days a key was made, where a form offers that; undefined otherwise. */
export function daysOf(
  { createdAt, expiresAt }: Pick<ManagedKey, 'createdAt' | 'expiresAt'>,
  days: readonly number[],
): number | undefined {
  if (expiresAt === null) return undefined
  const count = Math.round((expiresAt.getTime() - createdAt.getTime()) / dayMs)
  return days.find((one) => one === count)
}

/** The end of a key that takes the place of another: the same span, else the same day. Undefined where neither is possible. */
export function expiryLike(
  key: Pick<ManagedKey, 'createdAt' | 'expiresAt'>,
  days: readonly number[],
  neverExpires: boolean,
  now: number,
): ExpiryDraft | undefined {
  const { expiresAt } = key
  if (expiresAt === null) return neverExpires ? { choice: 'never', date: '' } : undefined
  const count = daysOf(key, days)
  if (count !== undefined) return { choice: String(count), date: '' }
  return expiresAt.getTime() > now ? { choice: 'date', date: expiresAt.toISOString().slice(0, 10) } : undefined
}
