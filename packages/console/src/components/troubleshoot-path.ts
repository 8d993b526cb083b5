/** The page that explains a key, with what its requests are known to lack. */
export function troubleshootPath(keyId: string, lacked?: string): string {
  // A name without a colon is a type of resources: which one was asked for is not known.
  const permission = lacked?.includes(':') === true ? `&permission=${encodeURIComponent(lacked)}` : ''
  return `troubleshoot?key=${encodeURIComponent(keyId)}${permission}`
}
