import { closeGracefully } from '@claviger/express'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPromptsKeyring, listen, tourKeys, tourText } from '@claviger/example-console-demo/prompts'
import { createApp } from '../src/app.ts'
import { canCurl, curlLines, runCurl, shellVariables } from './curl.ts'
import { pageStatus } from './page.ts'

const keyring = createPromptsKeyring()
let server: Server
let url: string
let tour: string

beforeAll(async () => {
  ;({ server, url } = await listen(createApp(keyring), 0))
  tour = tourText(await tourKeys(keyring), { url, where: 'memory', isKept: false })
})

afterAll(() => closeGracefully(server, keyring))

test('a key for each of two environments is shown', () => {
  expect(shellVariables(tour)).toEqual({
    DEVELOPMENT_KEY: expect.stringMatching(keyring.tokenPattern),
    PRODUCTION_KEY: expect.stringMatching(keyring.tokenPattern),
  })
})

test('the page of keys is shown on this machine, and not under the name of another site', async () => {
  expect(await pageStatus(url, new URL(url).host)).toBe(200)
  expect(await pageStatus(url, 'evil.example')).toBe(401)
})

describe.skipIf(!canCurl)('with curl', () => {
  test('every printed line gives what the comment above it says', async () => {
    const lines = curlLines(tour)
    expect(lines.map(({ expected }) => expected)).toEqual([
      '200',
      '401 missing_credentials',
      '401 malformed_key',
      '401 key_revoked',
      '403 insufficient_permission',
      '403 owner_lacks_permission',
      '401 wrong_workspace',
    ])
    expect(await runCurl(lines)).toEqual(lines)
  })

  test('every line of the README gives what the comment above it says', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const lines = curlLines(readme.replaceAll('http://127.0.0.1:3000', url))
    expect(lines.length).toBeGreaterThan(3)
    expect(await runCurl(lines, shellVariables(tour))).toEqual(lines)
  })

  test('a line that gives something else is found', async () => {
    const lines = curlLines(`# 200: not without a key\ncurl -i ${url}/v1/prompts\n`)
    expect(await runCurl(lines)).toEqual([{ line: `curl -i ${url}/v1/prompts`, expected: '401 missing_credentials' }])
  })
})
