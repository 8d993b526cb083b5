import { generateKeyPairSync, sign } from 'node:crypto'

/** Who reports tokens: signs as GitHub does. */
export interface Reporter {
  readonly identifier: string
  readonly publicKey: string
  /** A signed report. */
  report(body: unknown, more?: { readonly headers?: Record<string, string>; readonly sent?: string }): Request
}

/** Makes one, with a key pair of its own. */
export function makeReporter(identifier = 'a'.repeat(64)): Reporter {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return {
    identifier,
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    report(body, { headers = {}, sent } = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return new Request('http://api.test/secret-scanning', {
        method: 'POST',
        body: sent ?? text,
        headers: {
          'Content-Type': 'application/json',
          'Github-Public-Key-Identifier': identifier,
          'Github-Public-Key-Signature': sign('sha256', Buffer.from(text), pair.privateKey).toString('base64'),
          ...headers,
        },
      })
    },
  }
}
