/** What a page says about what was done before it, by the code in its URL. Nothing else of the URL is repeated. */
const notices: ReadonlyMap<string, string> = new Map([
  ['updated', 'The changes are saved.'],
  ['overlap-ended', 'The previous secret stopped working. Requests with it now get 401.'],
  ['disabled', 'The key is disabled. Requests with it get 401 until it is enabled again.'],
  ['enabled', 'The key is enabled. Requests with it are accepted again.'],
  ['transferred', 'The key has a new owner. Rotate it soon: the previous owner may still know the secret.'],
  ['revoked', 'The key was revoked. Requests with it now get 401.'],
  ['account-created', 'The service account is ready. Create a key for it next.'],
  ['account-updated', 'The service account is saved.'],
  ['account-deleted', 'The service account is deleted. Requests with its keys now get 401.'],
])

/** The notice of a URL; undefined for none. */
export function noticeOf(query: URLSearchParams): string | undefined {
  return notices.get(query.get('notice') ?? '')
}
