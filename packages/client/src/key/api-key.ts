import { refuseBrowser } from '../browser.ts'
import { ApiKeyError } from '../errors/errors.ts'
import { type HiddenApiKey, hideKey, isHiddenKey } from './hidden-key.ts'
import { parseKeyForm } from './key-form.ts'
import { type ExpectedForm, findMistake, type KeyForm } from './mistake.ts'
import { describeMistake } from './mistake-text.ts'

const anything = /[\s\S]+/

/**
 * Takes an API key directly, checks it and hides it.
 *
 * Prefer `apiKeyFromEnv`: a key in source code is in every copy of the repository, and cannot be changed without a
 * release. This is for keys that come from a secrets manager.
 *
 * @example
 * const key = apiKey(await secrets.read('acme-api-key'))
 *
 * @throws {ApiKeyError} when the text cannot be a key: says what is wrong, never the text
 * @throws {SetupError} in a browser, or for an unknown option
 */
export function apiKey(text: string, options?: KeyForm): HiddenApiKey {
  refuseBrowser('apiKey')
  return checkedKey(text, parseKeyForm('apiKey', options))
}

/**
 * As `apiKey`, for callers that have checked everything else. A hidden key was checked when it was read, and is checked
 * again only where more is known now; what a header cannot carry is refused in any case.
 */
export function checkedKey(given: unknown, expected: ExpectedForm): HiddenApiKey {
  const isHidden = isHiddenKey(given)
  const text: unknown = isHidden ? given.reveal() : given
  const isKnown = Object.values(expected).some((value) => value !== undefined)
  const mistake = findMistake(text, isHidden && !isKnown ? { otherForms: anything } : expected)
  if (mistake === undefined && typeof text === 'string') return hideKey(text, isHidden ? given.variable : undefined)
  const scene = {
    ...expected,
    text: typeof text === 'string' ? text : undefined,
    variable: isHidden ? given.variable : undefined,
  }
  throw new ApiKeyError(mistake ?? 'not_text', describeMistake(mistake ?? 'not_text', scene), scene.variable)
}
