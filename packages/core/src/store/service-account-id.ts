/** The id of a service account, from the 16 random base62 characters of a key id. */
export function serviceAccountId(random: string): string {
  return `sa_${random}`
}

/**
 * Whether an id has the form of ours. Such an account that the store does not know is gone: to ask the host instead
 * would bring keys back to life once the deleted account is purged.
 */
export function isServiceAccountId(id: string): boolean {
  return /^sa_[0-9A-Za-z]{16}$/.test(id)
}
