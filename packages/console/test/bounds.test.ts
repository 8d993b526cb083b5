import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { memoryStore } from '@claviger/store-memory'
import { insertKey, testChange, testKeyId, testRecord } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { script } from '../src/assets/script.ts'
import { stylesheet } from '../src/assets/stylesheet.ts'
import { ada, now, scene } from './support/scene.ts'

describe('what every page loads', () => {
  test('is at most 5 kB of script and 10 kB of styles, compressed', () => {
    expect(gzipSync(script.text).length).toBeLessThan(5_000)
    expect(gzipSync(stylesheet.text).length).toBeLessThan(10_000)
  })

  test('is what the sources say', () => {
    const tool = fileURLToPath(new URL('../../../tools/console-assets.mjs', import.meta.url))
    expect(spawnSync(process.execPath, [tool, '--check'], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    })
  })

  test('may be kept indefinitely, since its name is that of its content', async () => {
    const { as } = scene({ authorize: () => null })
    const asset = await as(null).get(`/assets/${stylesheet.file}`)
    expect(asset.status).toBe(200)
    expect(asset.headers.get('cache-control')).toContain('immutable')
    for (const other of ['console-0.css', '..%2f..%2fpackage.json', '__proto__']) {
      expect((await as(null).get(`/assets/${other}`)).status).toBe(404)
    }
  })
})

describe('a workspace of many keys', () => {
  test('has a list whose page reads no more than that page, and cards that stop counting', async () => {
    const store = memoryStore()
    await scene({ store }).keyring.ready()
    for (let start = 0; start < 2_000; start += 16) {
      const writes = Array.from({ length: 16 }, (_, index) =>
        insertKey(
          testRecord({
            id: testKeyId(start + index),
            workspaceId: 'acme',
            environment: 'production',
            createdAt: now - start - index,
            owner: { type: 'user', id: 'ada' },
          }),
        ),
      )
      await store.commit(testChange({ writes }))
    }
    const asked: number[] = []
    const counting = new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (name !== 'list' || typeof value !== 'function')
          return typeof value === 'function' ? value.bind(target) : value
        return async (query: Parameters<typeof store.list>[0]) => {
          const page = await store.list(query)
          asked.push(page.items.length)
          return page
        }
      },
    })
    const { status, html } = await scene({ store: counting }).as(ada).get('/')
    expect(status).toBe(200)
    expect(html.match(/class="menu-cell"/g)).toHaveLength(25)
    expect(html).toContain('100+')
    expect(asked.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(25 + 4 * 100)

    asked.length = 0
    const sorted = await scene({ store: counting }).as(ada).get('/?sort=name')
    expect(sorted.html).toContain('newest 100')
    expect(asked.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(100 + 4 * 100)
  })
})
