/** A string as the HTTP parser makes it: flat, one byte per character, its hash not yet computed. */
function freshString(text) {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** What a client sends. */
export function bearer(token) {
  return freshString(`Bearer ${token}`)
}
