import { isClavigerError, type RevokeResult } from '@claviger/core'
import { problemOf } from '../problems/of-error.ts'
import type { RevocationResource } from '../resources/key.ts'
import { isoOf, type NameOf, showKey } from '../resources/show-key.ts'
import { keySchema, revocationsSchema, rotationSchema } from '../schemas/answers.ts'
import { reasonBody, revokeKeysBody, rotateKeyBody, transferKeyBody } from '../schemas/inputs.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { keyAnswer, replay, shown } from './keys.ts'

const afterChange = { 200: { description: 'The key after the change', schema: keySchema, headers: ['ETag'] } } as const
const ended = ['already_revoked', 'already_expired', 'conflict', 'validation_failed'] as const

/** The steps in the life of a key. */
export const lifecycleEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/keys/{id}/rotate',
    action: 'rotateKey',
    tag: 'Keys',
    summary: 'Give a key a new secret',
    description:
      'The id stays. The previous token works for the overlap. The new one is sent in this response only: with an `Idempotency-Key`, a repeated call rotates nothing, and answers with the key and without the token.',
    body: rotateKeyBody,
    isBodyOptional: true,
    takesIdempotencyKey: true,
    takesIfMatch: true,
    renamed: { overlap: 'overlapSeconds' },
    answers: {
      200: {
        description: 'The key and its new token; null in answer to a repeated call',
        schema: rotationSchema,
        headers: ['ETag', 'Idempotent-Replayed'],
      },
    },
    problems: [
      'validation_failed',
      'permission_ceiling',
      'key_not_rotatable',
      'rotation_in_progress',
      'idempotency_key_reused',
      'conflict',
      'version_conflict',
      'revocation_not_durable',
    ],
    async run(call) {
      const { keys, id, body, revision, idempotencyKey } = call
      const options = {
        revision,
        ...(body.overlapSeconds !== undefined && { overlap: `${body.overlapSeconds}s` as const }),
      }
      const rotated = await (idempotencyKey === undefined
        ? keys.rotate(id, options)
        : keys.rotate(id, { ...options, idempotencyKey }))
      const key = await shown(call, rotated.key)
      const { token, overlapEndsAt } = rotated
      const answer = keyAnswer(rotated.key, { key, token, tokenShownOnce: true, overlapEndsAt: isoOf(overlapEndsAt) })
      return rotated.replayed ? { ...answer, ...replay(rotated.key) } : answer
    },
  }),

  endpoint({
    method: 'delete',
    path: '/keys/{id}/previous-secret',
    action: 'endOverlap',
    tag: 'Keys',
    summary: 'End the overlap of a rotation',
    description: 'The previous token stops now. Without an overlap, nothing changes.',
    answers: afterChange,
    problems: [...ended, 'revocation_not_durable'],
    async run(call) {
      const key = await call.keys.endOverlap(call.id)
      return keyAnswer(key, await shown(call, key))
    },
  }),

  endpoint({
    method: 'post',
    path: '/keys/{id}/disable',
    action: 'disableKey',
    tag: 'Keys',
    summary: 'Refuse a key until it is enabled',
    body: reasonBody,
    isBodyOptional: true,
    answers: afterChange,
    problems: [...ended, 'revocation_not_durable'],
    async run(call) {
      const key = await call.keys.disable(call.id, call.body)
      return keyAnswer(key, await shown(call, key))
    },
  }),

  endpoint({
    method: 'post',
    path: '/keys/{id}/enable',
    action: 'enableKey',
    tag: 'Keys',
    summary: 'Accept a disabled key again',
    answers: afterChange,
    problems: [...ended, 'permission_ceiling'],
    async run(call) {
      const key = await call.keys.enable(call.id)
      return keyAnswer(key, await shown(call, key))
    },
  }),

  endpoint({
    method: 'post',
    path: '/keys/{id}/transfer',
    action: 'transferKey',
    tag: 'Keys',
    summary: 'Give a key to another owner',
    description: 'To a service account that the caller manages, or to the caller. Rotate it soon after.',
    body: transferKeyBody,
    answers: afterChange,
    problems: [...ended, 'permission_ceiling'],
    async run(call) {
      const key = await call.keys.transfer(call.id, call.body.owner)
      return keyAnswer(key, await shown(call, key))
    },
  }),

  endpoint({
    method: 'delete',
    path: '/keys/{id}',
    action: 'revokeKey',
    tag: 'Keys',
    summary: 'Revoke a key permanently',
    description: 'Revoking again changes nothing, and answers the same.',
    body: reasonBody,
    isBodyOptional: true,
    answers: afterChange,
    problems: ['validation_failed', 'conflict', 'revocation_not_durable'],
    async run(call) {
      const key = await call.keys.revoke(call.id, call.body)
      return keyAnswer(key, await shown(call, key))
    },
  }),

  endpoint({
    method: 'post',
    path: '/keys/revoke',
    action: 'revokeKeys',
    tag: 'Keys',
    summary: 'Revoke up to 100 keys, each by itself',
    description: 'With `dryRun`, only look what would happen: nothing is revoked.',
    body: revokeKeysBody,
    answers: { 200: { description: 'How each ended', schema: revocationsSchema } },
    problems: ['validation_failed'],
    async run({ keys, body: { ids, reason, dryRun = false }, names }) {
      const results = await keys.revokeMany(ids, { reason, dryRun })
      const nameOf = await names(results.flatMap((each) => (each.ok ? [each.key.owner, each.key.createdBy] : [])))
      return { status: 200, body: { data: results.map((result) => showResult(result, nameOf)), dryRun } }
    },
  }),
]

function showResult(result: RevokeResult, nameOf: NameOf): RevocationResource {
  const { id } = result
  if (result.ok) return { id, ok: true, key: showKey(result.key, { nameOf }), code: null, detail: null }
  const { code, detail } = problemOf(isClavigerError(result.error) ? result.error : undefined)
  return { id, ok: false, key: null, code, detail }
}
