import { refuseBrowser } from '../browser.ts'
import { ApiKeyError } from '../errors/errors.ts'
import { type HiddenApiKey, hideKey, isHiddenKey } from './hidden-key.ts'
import { parseKeyForm } from './key-form.ts'
import { findMistake, type KeyForm } from './mistake.ts'
import { describeMistake } from './mistake-text.ts'

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

/** As `apiKey`, for callers that have checked everything else. A hidden key is checked again: it may be of another copy. */
export function checkedKey(given: unknown, expected: KeyForm): HiddenApiKey {
  const text: unknown = isHiddenKey(given) ? given.reveal() : given
  const mistake = findMistake(text, expected)
  if (mistake === undefined && typeof text === 'string') {
    return hideKey(text, isHiddenKey(given) ? given.variable : undefined)
  }
  const shown = typeof text === 'string' ? text : undefined
  throw new ApiKeyError(mistake ?? 'not_text', describeMistake(mistake ?? 'not_text', { ...expected, text: shown }))
}
