import { appendFile } from 'node:fs/promises'
import type { Follower, Keyring } from '@claviger/core'

/** Sends each line as JSON. `write` rejects while the other system has not taken it; then the line comes again. */
export function mirrorToSiem(keyring: Keyring, write: (text: string) => Promise<void>): Follower {
  return keyring.follow('siem', (line) => write(`${JSON.stringify(line)}\n`), {
    onLost: ({ first, last }) => write(`${JSON.stringify({ lost: { first, last } })}\n`),
  })
}

/** For an agent that reads a file, such as Vector, Fluent Bit or Filebeat. */
export function toFile(path: string): (text: string) => Promise<void> {
  return (text) => appendFile(path, text, { flush: true })
}

/** For a collector that takes JSON lines over HTTP. Bare TCP does not confirm what has arrived. */
export function toCollector(url: string, token: string): (text: string) => Promise<void> {
  return async (text) => {
    const response = await fetch(url, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`The collector answered ${response.status}.`)
  }
}
