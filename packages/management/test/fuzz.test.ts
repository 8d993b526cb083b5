import { systemActor } from '@claviger/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { endpoints } from '../src/routes/all.ts'
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
