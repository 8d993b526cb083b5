import { ConfigurationError } from '../errors/errors.ts'
import { hashArgon2, verifyArgon2 } from './argon2.ts'
import type { Hasher } from './hasher.ts'

// Far below what tokens are hashed with: whether the binding works shows at any cost.
const tiny = { memoryKiB: 8, iterations: 1, parallelism: 1 }

/**
 * Hashes once with what `hasher` needs, and compares. An HMAC needs nothing but Node: argon2 is then not loaded.
 *
 * @throws {ConfigurationError} when argon2 cannot be loaded or does not work, with what to do about it
 */
export async function tryHasher({ algorithm }: Pick<Hasher, 'algorithm'>): Promise<void> {
  if (algorithm !== 'argon2id') return
  try {
    const hash = await hashArgon2('claviger', tiny, undefined)
    if (await verifyArgon2(hash, 'claviger', undefined)) return
  } catch (cause) {
    throw new ConfigurationError('hasher', cannotRun, { cause })
  }
  throw new ConfigurationError('hasher', 'argon2 does not recognise what it has hashed itself. Install it again.')
}

const cannotRun =
  `argon2 (@node-rs/argon2) cannot be loaded on ${process.platform}-${process.arch}; see the cause. ` +
  'Its binary is an optional dependency: install without --omit=optional, on the platform that runs the server, or ' +
  'copy no node_modules between platforms. A bundler must leave the package out (external: ["@node-rs/argon2"]). ' +
  'Or use hmacSha256({ pepper }), which needs no binary.'
