import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { root } from '../../../tools/workspaces.mjs'
import { sourceProgram } from '../src/program.ts'

// What the compiler says first is what people do: it must not name the way that is worse.

const settings = `
import { createKeyring, definePermissions, systemActor } from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'
import { type AnyApiClientError, apiKeyFromEnv, createFetch } from '@claviger/client'
const permissions = definePermissions({ prompts: ['read', 'list'] })
const store = memoryStore()
const keyring = createKeyring({ prefix: 'acme', store, permissions, owners: 'unbounded' })
const keys = keyring.as(systemActor('ws_acme'))
void [apiKeyFromEnv, createFetch]
`
const mistakes = [
  {
    title: 'a keyring that does not say what bounds its keys lacks resolveOwner',
    code: `createKeyring({ prefix: 'acme', store, permissions })`,
    says: /Property 'resolveOwner' is missing/,
    not: /unbounded/,
  },
  {
    title: 'the same for options in a variable',
    code: `const options = { prefix: 'acme', store, permissions }\ncreateKeyring(options)`,
    says: /Property 'resolveOwner' is missing/,
    not: /unbounded/,
  },
  {
    title: 'a misspelt permission of a new key is compared with those that are declared',
    code: `keys.create({ name: 'Website', environment: 'production', permissions: ['prompts:raed'] })`,
    says: /'"prompts:raed"' is not assignable to type '.*"prompts:(read|list|\*)"/,
    not: /never/,
  },
  {
    title: 'the name that the environments of a requirement do not have',
    code: `keyring.verify('token', { environments: ['ci'] })`,
    says: /Did you mean to write 'environment'\?/,
    // The keyring declares no types of resources: that stands in the name of the type.
    not: /never(?!>')/,
  },
  {
    title: 'a limit of a key on an actor that is not a key',
    code: `keyring.as({ type: 'user', id: 'ada', workspaceId: 'ws', permissions: [], environment: 'ci' })`,
    says: /'environment'|"key"/,
    not: /secretVersion/,
  },
  {
    title: 'the option that a client lacks, and no other way to give it',
    code: `createFetch({ apiKey: 'text' })`,
    says: /Property 'baseUrl' is missing/,
    not: /never/,
  },
  {
    title: 'the name that a misspelt option of a client was meant to have',
    code: `createFetch({ apiKey: 'text', baseURL: 'https://api.acme.example' })`,
    says: /Did you mean to write 'baseUrl'\?/,
    not: /never/,
  },
  {
    title: 'the codes that an error of the client can have, where one is misspelt',
    code: `declare const error: AnyApiClientError\nif (error.code === 'rate_limit') throw error`,
    says: /'ClientErrorCode'|"rate_limited"/,
    not: /never/,
  },
  {
    title: 'that a hidden key is not a text',
    code: `const header: string = apiKeyFromEnv('ACME_API_KEY')\nvoid header`,
    says: /Type 'HiddenApiKey' is not assignable to type 'string'/,
    not: /never/,
  },
] as const

describe('the compiler says', () => {
  const files = new Map(
    mistakes.map(({ code }, index) => [
      join(root, `packages/fault-lab/src/mistake-${index}.ts`),
      `${settings}${code}\n`,
    ]),
  )
  const program = sourceProgram([], files)

  test.each(mistakes.map((mistake, index) => ({ ...mistake, index })))('$title', ({ index, says, not }) => {
    const file = program.getSourceFile([...files.keys()][index] ?? '')
    const messages = program
      .getSemanticDiagnostics(file)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
      .filter((message) => !/declared but/.test(message))
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatch(says)
    expect(messages[0]).not.toMatch(not)
  })
})
