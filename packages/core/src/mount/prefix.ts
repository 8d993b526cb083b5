import { ConfigurationError } from '../errors/errors.ts'
import { describeValue } from '../input/describe-value.ts'

/** Takes the prefix off a path with its query; undefined when the path does not lie under it. */
export type TakeOff = (target: string) => string | undefined

const segment = /^(?::[A-Za-z_]\w*|(?!:)[\w.~!$&'()+,;=@:%-]+)$/

/**
 * Reads a prefix such as `/api/api-keys` or `/:workspace/api-keys`, in which `:workspace` stands for one segment. It is compared
 * with the path as it was sent, to the character.
 *
 * @throws {ConfigurationError} for anything else
 */
export function readPrefix(prefix: unknown): TakeOff {
  if (prefix === undefined || prefix === '/' || prefix === '') return (target) => target
  const segments = typeof prefix === 'string' && prefix.startsWith('/') ? namesIn(prefix) : []
  if (segments.length === 0 || !segments.every((each) => segment.test(each) && !/^(?:\.|%2e){1,2}$/i.test(each))) {
    throw new ConfigurationError(
      'prefix',
      `Expected prefix to be a path such as "/api/api-keys" or "/:workspace/api-keys", without a pattern, got ${describeValue(prefix)}.`,
    )
  }
  return (target) => takeOff(segments, target)
}

function namesIn(prefix: string): readonly string[] {
  return prefix.replace(/\/$/, '').split('/').slice(1)
}

function takeOff(segments: readonly string[], target: string): string | undefined {
  const query = target.indexOf('?')
  const pathEnd = query < 0 ? target.length : query
  let at = 0
  for (const expected of segments) {
    if (at >= pathEnd || target[at] !== '/') return undefined
    const slash = target.indexOf('/', at + 1)
    const end = slash < 0 || slash > pathEnd ? pathEnd : slash
    const found = target.slice(at + 1, end)
    if (expected.startsWith(':') ? found === '' : found !== expected) return undefined
    at = end
  }
  const rest = target.slice(at)
  return rest.startsWith('/') ? rest : `/${rest}`
}
