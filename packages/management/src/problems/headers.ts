/** Headers of every response: nothing of a workspace may be cached, sniffed as another type, or framed in elsewhere. */
export const privateHeaders: Readonly<Record<string, string>> = Object.freeze({
  'Cache-Control': 'private, no-store',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'same-origin',
})
