import { describe, expect, test } from 'vitest'
import { ada, scene } from './support/scene.ts'

const urls = { 'prompts:list': 'https://api.test/v1/prompts', 'runs:read': 'https://api.test/v1/runs/last' }

describe('the examples beside a new key', () => {
  test.each([
    [['prompts:list', 'runs:read'], 'https://api.test/v1/prompts'],
    [['runs:read'], 'https://api.test/v1/runs/last'],
    [['billing:read'], 'https://api.test/v1/me'],
  ])('with %j call what it may: %s', async (permissions, url) => {
    const made = scene({ snippets: { url: 'https://api.test/v1/me', urls } })
    const { html } = await made.as(ada).post('/keys', {
      name: 'CI',
      owner: 'self',
      environment: 'development',
      grants: 'custom',
      permissions,
      expires: '30',
      once: 'one',
    })
    const called = [...html.matchAll(/https:\/\/api\.test[\w/]*/g)].map(([found]) => found)
    expect(called.length).toBeGreaterThan(2)
    expect(new Set(called)).toEqual(new Set([url]))
  })

  test('are refused at start-up with a permission that is not declared', () => {
    expect(() => scene({ snippets: { urls: { 'runs:lst': 'https://api.test' } } })).toThrow('snippets.urls')
  })
})
