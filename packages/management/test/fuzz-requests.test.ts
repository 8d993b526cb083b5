import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endpoints } from '../src/routes/all.ts'
import { conforming } from './contract/conformance.ts'
import { world } from './support/world.ts'

const runs = { numRuns: Math.max(20, Math.round(300 * Number(process.env.CLAVIGER_PROPERTY_PART ?? 1))) }
const withBody = endpoints.flatMap((endpoint) =>
  endpoint.body === undefined ? [] : [{ ...endpoint, body: endpoint.body }],
)

const hostile = fc.oneof(
  fc.constantFrom(
    '',
    '*:*',
    'prompts:read',
    'keys:manage',
    '__proto__',
    'production',
    '2030-01-31T12:00:00Z',
    '\u202e',
    '\ud800',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

test('whatever stands in place of JSON, it is refused, and no answer is 5xx', async () => {
  const given = await world()
  const send = conforming(given.send)
  const nearlyJson = fc.oneof(
    fc.string(),
    fc.json().map((text) => text.slice(0, -1)),
    fc.nat({ max: 30_000 }).map((depth) => '['.repeat(depth)),
    fc.nat({ max: 3_000 }).map((depth) => `{"metadata":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`),
  )
  await fc.assert(
    fc.asyncProperty(nearlyJson, fc.constantFrom(...withBody), async (body, { method, path }) => {
      const { status } = await send({
        method: method.toUpperCase(),
        path: path.replace('{id}', 'x'),
        body,
        headers: { 'x-test-user': 'root' },
      })
      expect([400, 404, 422], body.slice(0, 80)).toContain(status)
    }),
    runs,
  )
})

test('whatever query is sent, no answer is 5xx', async () => {
  const given = await world()
  const send = conforming(given.send)
  const { key } = await given.make()
  const parameter = fc.tuple(
    fc.oneof(
      fc.constantFrom(
        'limit',
        'cursor',
        'status',
        'from',
        'to',
        'bucket',
        'search',
        'actorType',
        'actorId',
        'keyId',
        'environment',
        'ended',
        'includeDeleted',
      ),
      hostile,
    ),
    fc.oneof(
      hostile,
      fc.constantFrom(
        '1',
        '100',
        '101',
        'active',
        'hour',
        'true',
        'user',
        '2030-01-01T00:00:00Z',
        '2020-01-01T00:00:00Z',
      ),
    ),
  )
  const reads = endpoints.filter(({ method }) => method === 'get')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...reads), fc.array(parameter, { maxLength: 3 }), async ({ path }, query) => {
      const search = new URLSearchParams(query.map(([name, text]): [string, string] => [name, text]))
      const reply = await send({
        method: 'GET',
        path: `${path.replace('{id}', key.id)}?${search.toString()}`,
        headers: { 'x-test-user': 'root' },
      })
      expect([200, 404, 422], search.toString()).toContain(reply.status)
    }),
    runs,
  )
  expect(given.failures).toEqual([])
})

test('whatever headers are sent, no answer is 5xx', async () => {
  const given = await world()
  const send = conforming(given.send)
  const ascii = fc
    .string({ unit: fc.constantFrom(...Array.from('abc"*,W/0123456789; =-_')), maxLength: 300 })
    .map((text) => text.trim())
  const name = fc.constantFrom(
    'if-match',
    'idempotency-key',
    'content-type',
    'sec-fetch-site',
    'origin',
    'x-request-id',
    'user-agent',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, ascii, { maxKeys: 3 }),
      fc.constantFrom(...endpoints),
      async (headers, { method, path }) => {
        const { key } = await given.make()
        const body = method === 'get' ? {} : { body: {} }
        const reply = await send({ method: method.toUpperCase(), path: path.replace('{id}', key.id), ...body, headers })
        expect(reply.status, JSON.stringify(headers)).toBeLessThan(500)
      },
    ),
    runs,
  )
  expect(given.failures).toEqual([])
})
