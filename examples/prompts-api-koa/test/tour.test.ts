import { closeGracefully } from '@claviger/koa'
import { readdirSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canCurl, curlLines, runCurl, shellVariables } from '../../prompts-api/test/curl.ts'
import { pageStatus } from '../../prompts-api/test/page.ts'
import { createApp } from '../src/app.ts'
import { createPromptsKeyring } from '../src/keyring.ts'
import { listen } from '../src/server.ts'
import { tourText } from '../src/tour.ts'
import { tourKeys } from '../src/tour-keys.ts'

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

describe('what has nothing to do with Koa is as in the Express example', () => {
  const express = new URL('../../prompts-api/', import.meta.url)
  const koa = new URL('../', import.meta.url)
  const filesIn = (folder: URL): string[] => readdirSync(folder).toSorted()
  const own = new Set(['src/app.ts', 'src/main.ts'])

  test('file by file', () => {
    for (const folder of ['src/', 'context/']) {
      expect(filesIn(new URL(folder, koa))).toEqual(filesIn(new URL(folder, express)))
      for (const file of filesIn(new URL(folder, koa)).map((name) => folder + name)) {
        if (own.has(file)) continue
        expect(readFileSync(new URL(file, koa), 'utf8'), file).toBe(readFileSync(new URL(file, express), 'utf8'))
      }
    }
  })
})
