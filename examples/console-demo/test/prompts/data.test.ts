import { systemActor } from '@claviger/core'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openData, removeData } from '../../src/prompts/data.ts'
import { createPromptsKeyring } from '../../src/prompts/keyring.ts'
import { tellStory } from '../../src/prompts/story.ts'
import { type Tokens, tourKeys } from '../../src/prompts/tour-keys.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prompts-api-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Started {
  readonly tokens: Tokens
  /** Names of the keys of workspace acme, revoked ones too. */
  readonly names: readonly string[]
  readonly outcomes: Readonly<Record<keyof Tokens, string>>
}

type Meanwhile = (keyring: ReturnType<typeof createPromptsKeyring>, tokens: Tokens) => Promise<unknown>

/** One start and stop, as the command does it. */
async function start(meanwhile: Meanwhile = async () => {}, isKept = true): Promise<Started> {
  const data = await openData(isKept ? folder : undefined)
  await tellStory(data.store)
  const keyring = createPromptsKeyring(data.store)
  const tokens = await tourKeys(keyring, data.tokens)
  data.keep(tokens)
  const { items } = await keyring.as(systemActor('acme')).list({ limit: 100 })
  const outcomes = await Promise.all(
    Object.entries(tokens).map(async ([name, token]) => {
      const verification = await keyring.verify(token)
      return [name, verification.ok ? 'ok' : verification.code]
    }),
  )
  await meanwhile(keyring, tokens)
  await keyring.close()
  data.close()
  return { tokens, names: items.map(({ name }) => name).toSorted(), outcomes: Object.fromEntries(outcomes) }
}

test('a second start finds the keys of the first, and creates no others', async () => {
  const first = await start()
  expect(first.outcomes).toEqual({
    development: 'ok',
    production: 'ok',
    listOnly: 'ok',
    ofGrace: 'ok',
    revoked: 'key_revoked',
    globex: 'ok',
  })
  expect(await start()).toEqual(first)
})

test('a key of the tour that was revoked meanwhile is made again, once', async () => {
  const first = await start(async (keyring, { production }) => {
    const verification = await keyring.verify(production)
    if (verification.ok) await keyring.as(systemActor('acme')).revoke(verification.apiKey.id)
  })
  const second = await start()
  expect(second.outcomes.production).toBe('ok')
  expect({ ...second.tokens, production: first.tokens.production }).toEqual(first.tokens)
  expect(await start()).toEqual(second)
})

test('a first start that was cut off begins again', async () => {
  const data = await openData(folder)
  const keyring = createPromptsKeyring(data.store)
  await keyring
    .as(systemActor('acme'))
    .create({ name: 'Half a story', environment: 'ci', owner: { type: 'user', id: 'ada' } })
  await keyring.close()
  data.close()
  const { names } = await start()
  expect(names).toContain('Production website')
  expect(names).not.toContain('Half a story')
})

test('what is kept is readable for its user only', async () => {
  await start()
  expect(statSync(join(folder, 'tokens.json')).mode & 0o777).toBe(0o600)
})

test('starting over removes what was kept, and nothing else', async () => {
  const first = await start()
  writeFileSync(join(folder, 'notes.txt'), 'of the user')
  removeData(folder)
  expect(existsSync(join(folder, 'notes.txt'))).toBe(true)
  const again = await start()
  expect(again.names).toEqual(first.names)
  expect(again.tokens.production).not.toBe(first.tokens.production)
})

test('in memory nothing is kept', async () => {
  const first = await start(undefined, false)
  expect((await start(undefined, false)).tokens.production).not.toBe(first.tokens.production)
  expect(existsSync(join(folder, 'tokens.json'))).toBe(false)
})

test.each([
  ['a database', { 'keys.db': 'of the user' }],
  ['a database beside tokens', { 'keys.db': 'of the user', 'tokens.json': '{"github":"x"}' }],
  ['tokens alone', { 'tokens.json': '["x"]' }],
] as const)('%s of someone else is left alone, also when starting over', async (_, files) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  await expect(openData(folder)).rejects.toThrow('leaves it alone')
  expect(() => removeData(folder)).toThrow('leaves it alone')
  for (const [name, text] of Object.entries(files)) expect(readFileSync(join(folder, name), 'utf8')).toBe(text)
})
