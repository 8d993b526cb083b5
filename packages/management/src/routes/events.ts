import { type ActivityInput, ValidationError } from '@claviger/core'
import { z } from 'zod'
import { showEvent } from '../resources/show-others.ts'
import { pageOf } from '../schemas/answers.ts'
import { eventSchema } from '../schemas/others.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { pageAnswer } from './page.ts'
import { cursor, limit, moment, queryOf } from './query.ts'

const id = z.string().max(255).optional()
const actorType = z.enum(['user', 'service', 'key', 'system']).optional()
const filters = { actorType, actorId: id, action: id, from: moment, to: moment, cursor, limit }
const answers = { 200: { description: 'A page of the log', schema: pageOf(eventSchema), headers: ['Link'] } } as const

/** Who did what. */
export const eventEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/keys/{id}/events',
    action: 'listKeyEvents',
    tag: 'Activity',
    summary: 'Read what happened to a key, newest first',
    query: queryOf(filters),
    answers,
    problems: ['validation_failed', 'not_supported'],
    async run({ keys, id: keyId, query, search }) {
      // Who sees the whole log would be shown an empty one of a key that is not there.
      await keys.get(keyId)
      return pageAnswer(await keys.activity({ ...activityOf(query), keyId }), showEvent, search)
    },
  }),

  endpoint({
    method: 'get',
    path: '/events',
    action: 'listEvents',
    tag: 'Activity',
    summary: 'Read the activity log, newest first',
    description: 'Of the whole workspace for callers who see every key; for others of one key, or of what they did.',
    query: queryOf({ ...filters, keyId: id, serviceAccountId: id }),
    answers,
    problems: ['validation_failed', 'not_supported'],
    async run({ keys, query: { keyId, serviceAccountId, ...rest }, search }) {
      const input = { ...activityOf(rest), keyId, serviceAccountId }
      return pageAnswer(await keys.activity(input), showEvent, search)
    },
  }),
]

interface EventQuery extends Pick<ActivityInput, 'action' | 'from' | 'to' | 'cursor' | 'limit'> {
  readonly actorType?: 'user' | 'service' | 'key' | 'system' | undefined
  readonly actorId?: string | undefined
}

function activityOf({ actorType: type, actorId, ...rest }: EventQuery): ActivityInput {
  if (type === undefined && actorId === undefined) return rest
  if (type === undefined || actorId === undefined) {
    throw new ValidationError(type === undefined ? 'actorType' : 'actorId', 'Give actorType and actorId together.')
  }
  return { ...rest, actor: { type, id: actorId } }
}
