import { ConfigurationError, type Origin } from '@claviger/core'
import { malformed, unreadable } from '../machines/body.ts'
import {
  type HandlerOptions,
  jsonAnswer,
  machineHandler,
  type MachineHandler,
  readHandlerOptions,
} from '../machines/machine-handler.ts'
import { problem } from '../problems/problem.ts'
import { readBytes } from '../web/read-text.ts'
import { endLeaked, type Leak, type LeakAction } from './end-leaked.ts'
import { githubPublicKeys, type PublicKeyOf } from './public-keys.ts'
import { type FoundToken, readReports } from './reports.ts'
import { isSignature, isSigned } from './signature.ts'

/** Options of `secretScanning`. */
export interface SecretScanningOptions<Permission extends string = string> extends HandlerOptions<Permission> {
  /** Finds the public key of an identifier. Default: `githubPublicKeys()`, GitHub's own. */
  readonly publicKeyOf?: PublicKeyOf | undefined
  /** What becomes of a key whose token was found. Default `revoke`. */
  readonly action?: LeakAction | undefined
  /** Called for every key whose token was found, after the action: to mail its owner. */
  readonly onLeak?: ((leak: Leak) => void | Promise<void>) | undefined
}

const identifierHeader = 'github-public-key-identifier'
const signatureHeader = 'github-public-key-signature'
const maxBodyBytes = 1_048_576
const maxTokens = 1_000
const atOnce = 8

/**
 * `POST /secret-scanning`: GitHub's partner program reports tokens here that it found in public. The signature over the body is
 * verified, each token proven, and its key revoked by the system, with the place it was found at as the reason. The answer is
 * the same for real tokens and others.
 *
 * Mount it before body parsers: what a parser has read cannot be verified any more.
 *
 * @throws {ConfigurationError} naming the option that is wrong
 */
export function secretScanning<Permission extends string>(given: SecretScanningOptions<Permission>): MachineHandler {
  const { options, parts } = readHandlerOptions('secretScanning', given as unknown as SecretScanningOptions, [
    'publicKeyOf',
    'action',
    'onLeak',
  ])
  const { publicKeyOf = githubPublicKeys(), action = 'revoke', onLeak } = options
  if (!actions.has(action)) {
    throw new ConfigurationError('action', 'Expected action to be "revoke", "disable" or "report".')
  }
  for (const [name, value] of Object.entries({ publicKeyOf, onLeak })) {
    if (value !== undefined && typeof value !== 'function') {
      throw new ConfigurationError(name, `Expected ${name} to be a function.`)
    }
  }
  const { report } = parts

  const tell = async (leak: Leak, requestId: string): Promise<void> => {
    try {
      await onLeak?.(leak)
    } catch (error) {
      report(error, 'onLeak', requestId)
    }
  }

  return machineHandler('/secret-scanning', options, parts, {
    async POST({ request, requestId, isBodyRebuilt }) {
      const { headers } = request
      const [identifier, signature] = [headers.get(identifierHeader), headers.get(signatureHeader)]
      if (identifier === null || !/^[\w-]{1,128}$/.test(identifier) || !isSignature(signature)) return unsigned
      if (isBodyRebuilt) {
        report(new Error(`A body parser had read a signed body. ${mountFirst}`), 'secret-scanning', requestId)
        return problem('internal_error')
      }
      const read = await readBytes(request, maxBodyBytes)
      if (!read.ok) return unreadable[read.reason]
      const key = await publicKeyOf(identifier)
      if (key === undefined || !isSigned(read.bytes, signature, key)) return unsigned
      const found = readReports(read.bytes)
      if (found === undefined) return malformed('The body is not a list of tokens.')
      if (found.length > maxTokens) return problem('payload_too_large')

      const userAgent = headers.get('user-agent')
      const origin: Origin = { requestId, ...(userAgent !== null && { userAgent }) }
      const failures: unknown[] = []
      await each(found, async (one) => {
        try {
          const leak = await endLeaked(parts, one, action, origin)
          if (leak !== undefined) await tell(leak, requestId)
        } catch (error) {
          failures.push(error)
        }
      })
      // Sent again, it comes to the same for those that are done.
      if (failures.length > 0) throw failures[0]
      return jsonAnswer([], requestId)
    },
  })
}

const actions: ReadonlySet<string> = new Set(['revoke', 'disable', 'report'] satisfies LeakAction[])
const mountFirst = 'Mount secretScanning before body parsers, or let them keep req.rawBody.'
const unsigned = problem('unauthenticated', {
  detail: 'The signature is missing, does not fit the body, or its key is not known.',
  fix: null,
})

/** A few at once: each may cost a hash. */
async function each(found: readonly FoundToken[], work: (one: FoundToken) => Promise<void>): Promise<void> {
  const left = found.values()
  const next = async (): Promise<void> => {
    for (const one of left) await work(one)
  }
  await Promise.all(Array.from({ length: atOnce }, next))
}
