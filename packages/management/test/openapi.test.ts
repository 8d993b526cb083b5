import { describe, expect, test } from 'vitest'
import { openApiDocument } from '../src/index.ts'
import { problemTable } from '../src/problems/table.ts'
import { endpoints } from '../src/routes/all.ts'
import { world } from './support/world.ts'

const document = openApiDocument()

describe('the OpenAPI document', () => {
  test('describes every endpoint, by the name of its action', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => `${method} ${path} ${(operation as { operationId: string }).operationId}`,
      ),
    )
    const made = endpoints.map(({ method, path, action }) => `${method} ${path} ${action}`)
    expect(described).toEqual(expect.arrayContaining([...made, 'get /openapi.json getOpenApi']))
    const names = described.map((each) => each.split(' ').at(-1))
    expect(new Set(names).size).toBe(names.length)
  })

  test('is served where the API is mounted, to those who may call it', async () => {
    const { api, send } = await world()
    const served = await send({ method: 'GET', path: '/openapi.json' })
    expect(served).toMatchObject({ status: 200, body: JSON.parse(JSON.stringify(document)) })
    const request = new Request('http://x/openapi.json', { headers: { 'x-test-user': 'ada' } })
    const mounted = await api.fetch(request, { native: {}, originalUrl: '/settings/api-keys/openapi.json?x=1' })
    expect(await mounted.json()).toMatchObject({ servers: [{ url: '/settings/api-keys' }] })
    expect(await send({ method: 'GET', path: '/openapi.json', headers: { 'x-test-user': 'stranger' } })).toMatchObject({
      status: 401,
    })
  })

  test('names every code of a problem', () => {
    const text = JSON.stringify(document)
    // Neither is an answer of an endpoint.
    const elsewhere = new Set(['method_not_allowed'])
    for (const code of Object.keys(problemTable)) if (!elsewhere.has(code)) expect(text).toContain(`\`${code}\``)
  })
})
