import { ConfigurationError } from '../errors/errors.ts'
import { describeValue } from '../input/describe-value.ts'
import { integer, optionalFunction, parseOptions } from '../input/parse-options.ts'
import { parseSignal } from '../watch/parse-signal.ts'
import type { FollowHandler, FollowOptions, LostLines } from './follow.types.ts'

/** Options of `follow`, with every default in place. */
export interface ResolvedFollow {
  readonly name: string
  readonly handler: FollowHandler
  readonly onLost: ((lost: LostLines) => void | Promise<void>) | undefined
  readonly signal: AbortSignal | undefined
  readonly from: 'beginning' | 'now'
  readonly batchSize: number
  readonly pollMs: number
  readonly leaseMs: number
  readonly handlerTimeoutMs: number
  readonly retryMs: number
  readonly maxRetryMs: number
}

const names: readonly (keyof FollowOptions)[] = [
  'from',
  'onLost',
  'signal',
  'batchSize',
  'pollMs',
  'leaseMs',
  'handlerTimeoutMs',
  'retryMs',
  'maxRetryMs',
]

/** Checks and fills in. @throws {ConfigurationError} naming the option */
export function resolvedFollow(name: unknown, handler: unknown, given: FollowOptions | undefined): ResolvedFollow {
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    throw new ConfigurationError(
      'name',
      `Expected the name of a follower: 1 to 64 letters, digits, ".", "_" or "-", got ${describeValue(name)}.`,
    )
  }
  if (typeof handler !== 'function') {
    throw new ConfigurationError('handler', `Expected handler to be a function, got ${describeValue(handler)}.`)
  }
  const options = parseOptions<FollowOptions>('follow', given, names)
  const { from = 'beginning' } = options
  if (from !== 'beginning' && from !== 'now') {
    throw new ConfigurationError('from', `Expected from to be 'beginning' or 'now', got ${describeValue(from)}.`)
  }
  const retryMs = integer('retryMs', options.retryMs, 1_000, 10, 3_600_000)
  return {
    name,
    handler: handler as FollowHandler,
    from,
    onLost: optionalFunction('onLost', options.onLost),
    signal: parseSignal(options.signal),
    batchSize: integer('batchSize', options.batchSize, 100, 1, 100),
    pollMs: integer('pollMs', options.pollMs, 1_000, 10, 60_000),
    leaseMs: integer('leaseMs', options.leaseMs, 30_000, 1_000, 600_000),
    handlerTimeoutMs: integer('handlerTimeoutMs', options.handlerTimeoutMs, 60_000, 10, 3_600_000),
    retryMs,
    maxRetryMs: integer('maxRetryMs', options.maxRetryMs, Math.max(retryMs, 300_000), retryMs, 86_400_000),
  }
}
