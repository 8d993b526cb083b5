import type { Caller } from '../../store/callers.ts'
import { hourMs } from '../../store/usage.ts'

/** A caller of one secret, and when it was there last. */
export interface Present extends Caller {
  readonly lastUsedAt: number
}

/** Callers of one secret that a process remembers at once. */
export const mostOfSecret = 8
/** Programs of one network among them. The others of that network are one caller without a name. */
const mostOfNetwork = 6

/**
 * The program as which a caller that is new is kept: null in a network that has named as many as it may within the hour.
 * So a client that invents programs leaves room for others, and still shows its network. Pure.
 */
export function agentKept(callers: readonly Present[], { network, agent }: Caller, now: number): string | null {
  if (agent === null) return null
  const isNamedBeside = (one: Present): boolean => one.network === network && one.agent !== null && !isIdle(one, now)
  return callers.filter(isNamedBeside).length < mostOfNetwork ? agent : null
}

/**
 * The caller that gives its place to a new one, among as many as there may be: one that has not come for an hour, else
 * the one of the network that holds the most that was there first, if the new one's network holds two less. Undefined:
 * all stay, and the new one is not kept. So no client pushes out others by inventing more. Pure.
 */
export function givingPlace<Kept extends Present>(
  callers: readonly Kept[],
  network: string | null,
  now: number,
): Kept | undefined {
  const first = longestGone(callers)
  if (first !== undefined && isIdle(first, now)) return first
  const of = (name: string | null): readonly Kept[] => callers.filter((one) => one.network === name)
  const most = callers.map((one) => of(one.network)).reduce((a, b) => (b.length > a.length ? b : a), [])
  return most.length >= of(network).length + 2 ? longestGone(most) : undefined
}

function isIdle({ lastUsedAt }: Present, now: number): boolean {
  return now - lastUsedAt >= hourMs
}

function longestGone<Kept extends Present>(callers: readonly Kept[]): Kept | undefined {
  const [first, ...rest] = callers
  return first && rest.reduce((a, b) => (b.lastUsedAt < a.lastUsedAt ? b : a), first)
}
