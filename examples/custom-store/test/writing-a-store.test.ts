import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('../', import.meta.url)
const page = readFileSync(new URL('../../docs/writing-a-store.md', folder), 'utf8')
const blocks = [...page.matchAll(/^```(?<info>.*)\n(?<code>[^]*?)^```$/gm)].map(({ groups }) => groups ?? {})
const sources = new Map(
  ['src/', 'test/'].flatMap((part) =>
    readdirSync(new URL(part, folder)).map((file) => [part + file, readFileSync(new URL(part + file, folder), 'utf8')]),
  ),
)

test('every block of code on the page "Writing a store" is cut from these sources', () => {
  expect(blocks.length).toBeGreaterThan(8)
  const texts = [...sources.values()]
  expect(blocks.filter(({ code = '' }) => !texts.some((text) => text.includes(code)))).toEqual([])
})

test.each([
  'src/replace-file.ts',
  'src/lock.ts',
  'src/contents.ts',
  'src/json-file-store.ts',
  'test/store-contract.test.ts',
])('the page shows the whole of %s, in its order', (file) => {
  const source = sources.get(file) ?? ''
  const shown = blocks.map(({ code = '' }) => code).filter((code) => source.includes(code))
  expect(shown.join('\n')).toBe(source)
})
