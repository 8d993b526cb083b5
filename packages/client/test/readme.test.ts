import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ApiKeyMistake, ClientErrorCode, FetchOptions, RedirectRefusal, RequestRefusal } from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** Every member of a union; the compiler finds one that is missing here. */
const membersOf = <Name extends string>(names: Readonly<Record<Name, true>>): string[] => Object.keys(names)

describe('README.md names', () => {
  test.each(
    membersOf<ClientErrorCode>({
      api_key_unusable: true,
      invalid_key: true,
      permission_denied: true,
      rate_limited: true,
      unavailable: true,
      request_refused: true,
      redirect_refused: true,
      setup: true,
    }),
  )('the code %s', (code) => {
    expect(readme).toMatch(new RegExp(`^\\| \`${code}\` \\|`, 'm'))
  })

  test.each(
    membersOf<ApiKeyMistake>({
      not_set: true,
      empty: true,
      not_text: true,
      scheme: true,
      assignment: true,
      quotes: true,
      placeholder: true,
      masked: true,
      newline: true,
      whitespace: true,
      illegal_character: true,
      foreign_prefix: true,
      unknown_environment: true,
      truncated: true,
      too_long: true,
      altered: true,
    }),
  )('the mistake %s', (mistake) => {
    expect(readme).toContain(`\`${mistake}\``)
  })

  test.each(
    membersOf<RedirectRefusal | RequestRefusal>({
      other_origin: true,
      outside_base_url: true,
      not_a_url: true,
      own_credential: true,
      key_in_url: true,
      too_many: true,
      body_not_repeatable: true,
      hidden: true,
      not_wanted: true,
    }),
  )('the refusal %s', (refusal) => {
    expect(readme).toContain(`\`${refusal}\``)
  })

  test.each(
    membersOf<keyof FetchOptions>({
      apiKey: true,
      baseUrl: true,
      prefix: true,
      environments: true,
      otherForms: true,
      header: true,
      retry: true,
      onExpiring: true,
      allowHttp: true,
      fetch: true,
      clock: true,
      random: true,
    }),
  )('the option %s', (option) => {
    expect(readme).toMatch(new RegExp(`\`${option}[\`:(]`))
  })
})
