<<<<<<< HEAD
import { systemActor } from '@claviger/core'
=======
>>>>>>> 2a87bbf (test(management): one contract on seven servers, every answer compared with the document; matrix, fuzzing, linter, generated client)
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { endpoints } from '../src/routes/all.ts'
<<<<<<< HEAD
import type { Endpoint } from '../src/routes/endpoint.ts'
import { type Reply, type World, world } from './support/world.ts'

/*
 * Every body that clients can send, with the schemas as the oracle: what they refuse is answered 400, 415 or 422, what
 * they accept with an answer that the document names; nothing is ever answered 500 or more, and nothing else is stored.
 */

interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
}

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('', ' ', 'production', 'ci', 'prompts:read', '*:*', 'prompts:*', 'ada', '2030-01-01T00:00:00Z'),
  fc.constantFrom(
    '2030-02-30',
    '__proto__',
    'constructor',
    '\u0000',
    '\ud800',
    '\u202eevil',
    '<script>',
    '90d',
    'x'.repeat(5_000),
  ),
)
const anything = fc.oneof({ weight: 3, arbitrary: texts }, fc.jsonValue(), fc.double(), fc.bigInt().map(String))

/** Values as a schema has them, and values nearly so. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 6, arbitrary: meantBy(schema) }, anything)
}

function meantBy(schema: Schema): fc.Arbitrary<unknown> {
  const { type, properties, items, enum: values, anyOf } = schema
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(meantBy))
  if (values !== undefined) return fc.constantFrom(...values)
  if (properties !== undefined) return objectsOf(properties)
  if (type === 'object') return fc.dictionary(fc.string({ maxLength: 70 }), texts, { maxKeys: 60 })
  if (type === 'array') return fc.array(valuesOf(items ?? {}), { maxLength: 12 })
  if (type === 'integer' || type === 'number') return fc.oneof(fc.integer(), fc.constantFrom(0, 1, 90, 86_400, 2 ** 53))
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  return texts
}

function objectsOf(properties: Readonly<Record<string, Schema>>): fc.Arbitrary<unknown> {
  const known = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema)]))
  const unknown = fc.dictionary(fc.constantFrom('extra', '__proto__', 'workspaceId', 'id', 'revision'), anything, {
    maxKeys: 1,
  })
  return fc
    .tuple(fc.record(known, { requiredKeys: [] }), fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, unknown))
    .map(([object, more]) => {
      // As `JSON.parse` makes them: a field of that name, not a prototype.
      const all = Object.create(null) as Record<string, unknown>
      for (const each of [object, more]) for (const name of Object.keys(each)) all[name] = Reflect.get(each, name)
      return all
    })
}

const changing = endpoints.filter(({ body }) => body !== undefined)
const runs = Math.ceil(150 * Number(process.env['CLAVIGER_PROPERTY_PART'] ?? 1))

describe.each(changing.map((endpoint) => [`${endpoint.method.toUpperCase()} ${endpoint.path}`, endpoint] as const))(
  '%s',
  (_, endpoint) => {
    const schema = z.toJSONSchema(endpoint.body ?? z.never(), { io: 'input' }) as Schema

    test('answers any body as its schema judges it, and never 500', { timeout: 60_000 }, async () => {
      const made = await world()
      await fc.assert(
        fc.asyncProperty(valuesOf(schema), async (body) => {
          const before = await tokensOf(made)
          const text = JSON.stringify(body) ?? 'null'
          const reply = await made.send({
            method: endpoint.method.toUpperCase(),
            path: await pathOf(made, endpoint),
            body: text,
          })
          judge(endpoint, JSON.parse(text), reply)
          expect(made.failures).toEqual([])
          expect(await tokensOf(made)).toEqual(before)
        }),
        { numRuns: runs },
      )
    })

    test('answers any bytes in place of a body, and never 500', async () => {
      const made = await world()
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (text) => {
          const reply = await made.send({
            method: endpoint.method.toUpperCase(),
            path: await pathOf(made, endpoint),
            body: text,
          })
          expect(reply.status).toBeLessThan(500)
          expect(made.failures).toEqual([])
        }),
        { numRuns: runs },
      )
    })
  },
)

function judge(endpoint: Endpoint, body: unknown, reply: Reply): void {
  expect(reply.status).toBeLessThan(500)
  const isAccepted = endpoint.body?.safeParse(body).success === true
  if (!isAccepted) expect([400, 422]).toContain(reply.status)
  const isDocumented = reply.status >= 400 || reply.status in endpoint.answers
  expect([endpoint.action, reply.status, isDocumented]).toEqual([endpoint.action, reply.status, true])
  if (reply.status >= 400) {
    expect(reply.body).toMatchObject({ status: reply.status, code: expect.any(String), title: expect.any(String) })
  }
}

/** A key or account that is there, fresh for each call. */
async function pathOf(made: World, { path }: Endpoint): Promise<string> {
  if (!path.includes('{id}')) return path
  if (!path.startsWith('/service-accounts')) return path.replace('{id}', (await made.make()).key.id)
  const account = await made.keyring.as(systemActor('ws_acme')).serviceAccounts.create({
    name: 'bot',
    permissions: ['prompts:read'],
  })
  return path.replace('{id}', account.id)
}

/** What the other workspace holds: nothing that is sent in this one may change it. */
async function tokensOf({ keyring }: World): Promise<unknown> {
  return keyring.as(systemActor('ws_globex')).list()
}
=======
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
const leaf = fc.oneof(hostile, fc.integer(), fc.double(), fc.constantFrom(null, true, false, 0, -1, 1e21))
const value = fc.oneof(
  leaf,
  fc.array(leaf, { maxLength: 4 }),
  fc.dictionary(fc.oneof(hostile, fc.constantFrom('type', 'id')), leaf, { maxKeys: 4 }),
  fc.record({ type: fc.constantFrom('user', 'service', 'key'), id: hostile }),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Bodies that are nearly right: the fields of a schema with good and bad values, and a field that is not in it. */
function bodiesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
  const good: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    name: fc.string({ minLength: 1, maxLength: 130 }),
    environment: fc.constantFrom('production', 'development', 'moon'),
    permissions: fc.array(fc.constantFrom('prompts:read', 'prompts:*', '*:*', 'keys:manage', 'x'), { maxLength: 5 }),
    owner: fc.record({
      type: fc.constantFrom('user', 'service'),
      id: fc.constantFrom('root', 'ada', 'sa_0000000000000000'),
    }),
    ids: fc.array(fc.constantFrom('0000000000000000', 'x'), { maxLength: 3 }),
    expiresInDays: fc.integer({ min: 1, max: 40_000 }),
    overlapSeconds: fc.integer({ min: 0, max: 700_000 }),
    metadata: fc.dictionary(hostile, hostile, { maxKeys: 3 }),
    dryRun: fc.boolean(),
  }
  const fields = Object.keys(properties).map(
    (name) =>
      [name, fc.oneof({ weight: 3, arbitrary: good[name] ?? hostile }, { weight: 1, arbitrary: value })] as const,
  )
  const shaped = fc.record(Object.fromEntries(fields), { requiredKeys: required as never[] })
  const extra = fc.tuple(shaped, hostile, leaf).map(([body, name, more]) => ({ ...body, [name]: more }))
  return fc.oneof({ weight: 5, arbitrary: shaped }, { weight: 2, arbitrary: extra }, { weight: 1, arbitrary: value })
}

describe('whatever body is sent, the schema tells whether it is refused, and no answer is 5xx', () => {
  test.each(withBody.map((endpoint) => [endpoint.action, endpoint] as const))(
    '%s',
    async (_, { method, path, body: schema, isBodyOptional }) => {
      const given = await world()
      const send = conforming(given.send)
      let accepted = 0
      await fc.assert(
        fc.asyncProperty(bodiesOf(schema), async (body) => {
          const text = JSON.stringify(body)
          const { key } = await given.make({ owner: { type: 'user', id: 'root' } })
          const reply = await send({
            method: method.toUpperCase(),
            path: path.replace('{id}', key.id),
            body: text,
            headers: { 'x-test-user': 'root' },
          })
          const isValid = schema.safeParse(JSON.parse(text)).success
          if (isValid) accepted += 1
          if (isValid) expect([200, 201, 403, 404, 409, 422], text).toContain(reply.status)
          else expect([reply.status, reply.body.code], text).toEqual([422, 'validation_failed'])
        }),
        runs,
      )
      expect(accepted).toBeGreaterThan(isBodyOptional === true ? 1 : 0)
      expect(given.failures).toEqual([])
    },
  )

  test('text that is hardly JSON', async () => {
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
>>>>>>> 2a87bbf (test(management): one contract on seven servers, every answer compared with the document; matrix, fuzzing, linter, generated client)
