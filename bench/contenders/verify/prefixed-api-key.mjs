import { checkAPIKey, extractShortToken, generateAPIKey } from 'prefixed-api-key'

/** As its README says: find by the short token, compare the hash of the long one. The table is a Map. */
export async function prepare(count) {
  const hashes = new Map()
  const tokens = []
  for (let index = 0; index < count; index += 1) {
    const { token, shortToken, longTokenHash } = await generateAPIKey({ keyPrefix: 'acme' })
    hashes.set(shortToken, longTokenHash)
    tokens.push(token)
  }
  return {
    tokens,
    verify(header) {
      const token = header.slice(7)
      const hash = hashes.get(extractShortToken(token))
      return hash !== undefined && checkAPIKey(token, hash)
    },
  }
}
