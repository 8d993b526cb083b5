import { isClavigerError, type KeyManager, listQueryFrom, type ManagedKey, ValidationError } from '@claviger/core'
import { z } from 'zod'
import type { CreateKeyBody } from '../resources/inputs.ts'
import { type KeyDetails, showKey } from '../resources/show-key.ts'
import { createdKeySchema, keySchema, pageOf, replayedKeySchema } from '../schemas/answers.ts'
import { createKeyBody, updateKeyBody } from '../schemas/inputs.ts'
import { type Answer, type Endpoint, type EndpointCall, endpoint } from './endpoint.ts'
import { pageAnswer } from './page.ts'
import { cursor, limit, truth } from './query.ts'

/** Reading, making and changing keys. */
export const keyEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/keys',
    action: 'listKeys',
    tag: 'Keys',
    summary: 'List keys, newest first',
    description:
      'Those that the caller may see. `status`, `environment`, `ownerId`, `ownerType` and `attention` may be repeated.',
    query: {
      shape: {
        status: z.array(z.enum(['active', 'rotating', 'disabled', 'expired', 'revoked'])).optional(),
        ended: truth,
        environment: z.array(z.string().max(255)).optional(),
        ownerId: z.array(z.string().max(255)).optional(),
        ownerType: z.array(z.enum(['user', 'service'])).optional(),
        attention: z.array(z.enum(['ownerGone', 'expiring', 'rotationDue', 'unused', 'neverUsed'])).optional(),
        search: z
          .string()
          .max(255)
          .optional()
          .meta({ description: 'Id, last four characters, or how the name begins.' }),
        cursor,
        limit,
      },
      read: listQueryFrom,
    },
    answers: { 200: { description: 'A page of keys', schema: pageOf(keySchema), headers: ['Link'] } },
    problems: ['validation_failed'],
    async run({ keys, query, search, names }) {
      const page = await keys.list(query)
      const nameOf = await names(page.items.flatMap(({ owner, createdBy }) => [owner, createdBy]))
      return pageAnswer(page, (key) => showKey(key, { nameOf }), search)
    },
  }),

  endpoint({
    method: 'post',
    path: '/keys',
    action: 'createKey',
    tag: 'Keys',
    summary: 'Create a key',
    description:
      'The token is sent in this response only. With an `Idempotency-Key`, a repeated call answers 200 with the key, and without the token.',
    body: createKeyBody,
    takesIdempotencyKey: true,
    renamed: { expiresIn: 'expiresInDays' },
    answers: {
      201: { description: 'The new key and its token', schema: createdKeySchema, headers: ['Location', 'ETag'] },
      200: { description: 'It was made before', schema: replayedKeySchema, headers: ['ETag', 'Idempotent-Replayed'] },
    },
    problems: ['validation_failed', 'expiry_out_of_policy', 'permission_ceiling', 'idempotency_key_reused', 'conflict'],
    async run(call) {
      const { keys, body, idempotencyKey } = call
      const input = createInput(call, body)
      const made = await (idempotencyKey === undefined ? keys.create(input) : keys.create(input, { idempotencyKey }))
      const key = await shown(call, made.key)
      if (made.replayed)
        return { ...keyAnswer(made.key, { key, token: null, tokenShownOnce: true }), status: 200, ...replay(made.key) }
      const answer = keyAnswer(made.key, { key, token: made.token, tokenShownOnce: true })
      return { ...answer, status: 201, headers: { ...answer.headers, Location: `keys/${made.key.id}` } }
    },
  }),

  endpoint({
    method: 'get',
    path: '/keys/{id}',
    action: 'getKey',
    tag: 'Keys',
    summary: 'Read a key',
    description: 'With what it may do now, and how often it was used in the last 30 days.',
    answers: { 200: { description: 'The key', schema: keySchema, headers: ['ETag'] } },
    async run(call) {
      const key = await call.keys.get(call.id)
      const [usage, effectivePermissions] = await Promise.all([
        orNull(call.keys.usage(key.id)),
        orNull(call.keys.effectivePermissions(key.id)),
      ])
      return keyAnswer(key, await shown(call, key, { usage, effectivePermissions }))
    },
  }),

  endpoint({
    method: 'patch',
    path: '/keys/{id}',
    action: 'updateKey',
    tag: 'Keys',
    summary: 'Change a key',
    description: 'What is left out stays. With `If-Match`, only if the key has not changed meanwhile.',
    body: updateKeyBody,
    takesIfMatch: true,
    renamed: { expiresIn: 'expiresInDays' },
    answers: { 200: { description: 'The key after the change', schema: keySchema, headers: ['ETag'] } },
    problems: [
      'validation_failed',
      'expiry_out_of_policy',
      'permission_ceiling',
      'already_revoked',
      'already_expired',
      'conflict',
      'version_conflict',
      'revocation_not_durable',
    ],
    async run(call) {
      const { expiresInDays, ...rest } = call.body
      const input = { ...rest, ...daysFromNow(expiresInDays) } as Parameters<KeyManager['update']>[1]
      const key = await call.keys.update(call.id, input, { revision: call.revision })
      return keyAnswer(key, await shown(call, key))
    },
  }),
]

/** An answer about one key, with its revision. */
export function keyAnswer(key: ManagedKey, body: unknown): Answer {
  return { status: 200, body, headers: { ETag: `"${key.revision}"` } }
}

/** The headers of an answer to a repeated call. */
export function replay(key: ManagedKey): Pick<Answer, 'headers'> {
  return { headers: { ETag: `"${key.revision}"`, 'Idempotent-Replayed': 'true' } }
}

/** A key with the names that it mentions. */
export async function shown(
  { names }: Pick<EndpointCall<unknown, unknown>, 'names'>,
  key: ManagedKey,
  details: Omit<KeyDetails, 'nameOf'> = {},
): Promise<ReturnType<typeof showKey>> {
  return showKey(key, { ...details, nameOf: await names([key.owner, key.createdBy]) })
}

type CreateInput = Parameters<KeyManager['create']>[0]

function createInput(
  { presets }: Pick<EndpointCall<unknown, unknown>, 'presets'>,
  { preset, expiresInDays, ...rest }: CreateKeyBody,
): CreateInput {
  // The grants are core's to check.
  const input = { ...rest, ...daysFromNow(expiresInDays) } as CreateInput
  if (preset === undefined) return input
  if (rest.permissions !== undefined) throw new ValidationError('preset', 'Give permissions or preset, not both.')
  const permissions = presets.get(preset)
  if (permissions === undefined) throw new ValidationError('preset', 'There is no preset of this name.')
  return { ...input, permissions }
}

function daysFromNow(days: number | undefined): { readonly expiresIn?: `${number}d` } {
  return days === undefined ? {} : { expiresIn: `${days}d` }
}

/** What is shown besides the key itself: not allowed, not supported or not answered in time, it is not shown. */
async function orNull<Value>(read: Promise<Value>): Promise<Value | null> {
  return read.catch((error: unknown) => {
    if (isClavigerError(error)) return null
    throw error
  })
}
