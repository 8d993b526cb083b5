import { refuseBrowser } from '../browser.ts'
import { ApiKeyError, SetupError } from '../errors/errors.ts'
import { readOptions } from '../options.ts'
import { type HiddenApiKey, hideKey } from './hidden-key.ts'
import { checkKeyForm, keyFormNames } from './key-form.ts'
import { findMistake, type KeyForm } from './mistake.ts'
import { describeMistake } from './mistake-text.ts'

/** What `apiKeyFromEnv` can be told. */
export interface ApiKeyFromEnvOptions extends KeyForm {
  /** Where variables are looked up. Default `process.env`; Cloudflare Workers pass the `env` of their handler. */
  readonly env?: Readonly<Record<string, unknown>> | undefined
}

const name = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const likeSecret = /[0-9A-Za-z]{40}/

/**
 * Reads an API key from an environment variable, checks it and hides it.
 *
 * It finds the usual mistakes (not set, quotes, spaces, a line end, a placeholder, a key that was cut off) before the
 * first request, and says how to fix each. Node reads a file by itself: `node --env-file=.env main.js`.
 *
 * @example
 * const key = apiKeyFromEnv('ACME_API_KEY', { prefix: 'acme' })
 *
 * @throws {ApiKeyError} when there is no key in the variable: `mistake` says why, the message how to fix it
 * @throws {SetupError} in a browser, or for an unknown option
 */
export function apiKeyFromEnv(variable: string, options?: ApiKeyFromEnvOptions): HiddenApiKey {
  refuseBrowser('apiKeyFromEnv')
  if (typeof variable !== 'string' || !name.test(variable) || likeSecret.test(variable)) {
    // The key itself may stand here, so nothing is repeated.
    throw new SetupError(
      'variable',
      'apiKeyFromEnv expects the name of a variable, such as "ACME_API_KEY", not the key.',
    )
  }
  const given = readOptions<ApiKeyFromEnvOptions>('apiKeyFromEnv', options, [...keyFormNames, 'env'])
  const expected = checkKeyForm('apiKeyFromEnv', given)
  const env = given.env ?? processEnv()
  const text = env[variable]
  const mistake = findMistake(text, expected)
  if (mistake === undefined && typeof text === 'string') return hideKey(text, variable)
  throw new ApiKeyError(
    mistake ?? 'not_text',
    describeMistake(mistake ?? 'not_text', {
      ...expected,
      variable,
      text: typeof text === 'string' ? text : undefined,
      nearVariable: mistake === 'not_set' ? nearVariable(variable, env) : undefined,
    }),
    variable,
  )
}

function processEnv(): Readonly<Record<string, unknown>> {
  const { process } = globalThis as { readonly process?: { readonly env?: Readonly<Record<string, unknown>> } }
  return process?.env ?? {}
}

/** A variable whose name differs in case and underscores only. */
function nearVariable(wanted: string, env: Readonly<Record<string, unknown>>): string | undefined {
  const plain = (text: string): string => text.replaceAll('_', '').toLowerCase()
  return namesOf(env).find((each) => each !== wanted && name.test(each) && plain(each) === plain(wanted))
}

/** Deno may allow one variable and not the list of all. */
function namesOf(env: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    return Object.keys(env)
  } catch {
    return []
  }
}
