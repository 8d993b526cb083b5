import { createHmac } from 'node:crypto'
import type { FollowedActivity, Follower, Keyring } from '@claviger/core'

/** A signed request. `secret`: `whsec_` and 24 to 64 random bytes in base64, shared with the receiver. */
function signedRequest(line: FollowedActivity, secret: string, now: Date): RequestInit {
  const body = JSON.stringify({ type: line.action, timestamp: line.at, data: line })
  const timestamp = String(Math.floor(now.getTime() / 1_000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${line.id}.${timestamp}.${body}`).digest('base64')
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': line.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
  }
}

/** Sends every line to one receiver; what it does not answer with 2xx comes again, under the same id. */
export function sendWebhooks(keyring: Keyring, name: string, url: string, secret: string): Follower {
  return keyring.follow(
    name,
    async (line, { signal }) => {
      // A redirect is no success: the next server would get what was signed for this one.
      const response = await fetch(url, { ...signedRequest(line, secret, new Date()), signal, redirect: 'manual' })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`The webhook answered ${response.status}.`)
    },
    { handlerTimeoutMs: 15_000 },
  )
}
