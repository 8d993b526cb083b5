import type { Readable } from 'node:stream'
import { CliError } from '../exits/cli-error.ts'

// Far more than the longest token.
const maxBytes = 65_536

/** All of standard input, without one line break at its end. */
export async function readStdin(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stdin) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    length += bytes.length
    if (length > maxBytes) {
      throw new CliError('usage', 'input_too_long', 'Standard input is too long to be a key.', 'Pipe in the key alone.')
    }
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
