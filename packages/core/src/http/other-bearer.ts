import type { Door } from '../door.types.ts'
import { ConfigurationError } from '../errors/errors.ts'
import { kindOf } from '../input/describe-value.ts'

/** What becomes of a bearer credential that cannot be a key: refused, passed over, or as the function decides. */
export type OtherBearer = 'refuse' | 'pass' | ((text: string) => boolean)

/** Whether a bearer credential belongs to another authenticator. @throws {ConfigurationError} when the host's function fails */
export type IsOthers = (text: string) => boolean

/** Whether this is a failure of the function that the host gave. */
export function isOthersFailure(error: unknown): error is ConfigurationError {
  return error instanceof ConfigurationError && error.option === 'otherBearer'
}

/** Makes the look at bearer credentials; undefined where all of them are ours. */
export function othersOf({ ours }: Pick<Door, 'ours'>, otherBearer: OtherBearer): IsOthers | undefined {
  if (otherBearer === 'refuse') return undefined
  if (otherBearer === 'pass') return (text) => !ours.isOurs(text)
  return (text) => !ours.holdsToken(text) && ask(otherBearer, text)
}

/** A truthy something is no yes, nor is a promise: it decides in the same tick. */
function ask(decide: (text: string) => unknown, text: string): boolean {
  let answer: unknown
  try {
    answer = decide(text)
  } catch (error) {
    throw new ConfigurationError('otherBearer', 'The function `otherBearer` failed.', { cause: error })
  }
  if (typeof answer === 'boolean') return answer
  throw new ConfigurationError(
    'otherBearer',
    `Expected the function \`otherBearer\` to return true or false, got ${kindOf(answer)}.`,
  )
}
