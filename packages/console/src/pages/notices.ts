import type { KeyStatus } from '@claviger/core'

/**
 * What a page says about what was done before it, by the code in its URL. Nothing else of the URL is repeated.
 * That a key is disabled or revoked is said by its state.
 */
const notices: ReadonlyMap<string, string> = new Map([
  ['updated', 'The changes are saved.'],
  ['overlap-ended', 'The previous secret stopped working. Requests with it now get 401.'],
  ['enabled', 'The key is enabled. Requests with it are accepted again.'],
  ['transferred', 'The key has a new owner. Rotate it soon: the previous owner may still know the secret.'],
  ['account-created', 'The service account is ready. Create a key for it next.'],
  ['account-updated', 'The service account is saved.'],
  ['account-deleted', 'The service account is deleted. Requests with its keys now get 401.'],
])

/** The notice of a URL; undefined for none, and for one that belongs to another page. */
export function noticeOf(query: URLSearchParams, own: readonly string[]): string | undefined {
  const code = query.get('notice') ?? ''
  return own.includes(code) ? notices.get(code) : undefined
}

/**
 * The notice of the page of a key, as far as it is true now: someone may go back to it, or follow a link that was made when
 * the key was in another state.
 */
export function keyNoticeOf(query: URLSearchParams, status: KeyStatus): string | undefined {
  return noticeOf(query, ['updated', 'transferred', ...(trueOnly[status] ?? [])])
}

const trueOnly: Readonly<Partial<Record<KeyStatus, readonly string[]>>> = {
  active: ['enabled', 'overlap-ended'],
  rotating: ['enabled'],
}
