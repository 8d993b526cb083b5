/** Headers of every page. Nothing on a page is inline, so that the policy needs no exceptions. */
export function pageHeaders(frameAncestors: readonly string[]): Readonly<Record<string, string>> {
  const isFramed = frameAncestors.length > 0
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    `frame-ancestors ${isFramed ? frameAncestors.join(' ') : "'none'"}`,
    "base-uri 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(!isFramed && { 'X-Frame-Options': 'DENY' }),
    // With `no-referrer`, browsers would send `Origin: null` with forms.
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Robots-Tag': 'noindex, nofollow',
    'Permissions-Policy': 'clipboard-read=()',
  }
}
