import { closeGracefully } from '@claviger/koa'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canCurl, curlLines, runCurl, shellVariables } from '../../prompts-api/test/curl.ts'
import { pageStatus } from '../../prompts-api/test/page.ts'
import { createPromptsKeyring, listen, tourKeys, tourText } from '@claviger/example-console-demo/prompts'
import { createApp } from '../src/app.ts'

const keyring = createPromptsKeyring()
let server: Server
let url: string
let tour: string

beforeAll(async () => {
  ;({ server, url } = await listen(createApp(keyring).callback(), 0))
  tour = tourText(await tourKeys(keyring), { url, where: 'memory', isKept: false })
})

afterAll(() => closeGracefully(server, keyring))

test('the page of keys is shown on this machine, and not under the name of another site', async () => {
  expect(await pageStatus(url, new URL(url).host)).toBe(200)
  expect(await pageStatus(url, 'evil.example')).toBe(401)
})

describe.skipIf(!canCurl)('with curl', () => {
  test('every printed line gives what the comment above it says', async () => {
    const lines = curlLines(tour)
    expect(lines.length).toBe(7)
    expect(await runCurl(lines)).toEqual(lines)
  })

  test('every line of the README gives what the comment above it says', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const lines = curlLines(readme.replaceAll('http://127.0.0.1:3000', url))
    expect(lines.length).toBeGreaterThan(3)
    expect(await runCurl(lines, shellVariables(tour))).toEqual(lines)
  })
})
