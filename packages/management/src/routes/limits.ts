import { limitStates } from '@claviger/core'
import { showKeyLimits } from '../resources/show-limits.ts'
import { keyLimitsSchema } from '../schemas/limits.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { queryOf } from './query.ts'

/** How much of its limits a key has left. */
export const limitEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/keys/{id}/limits',
    action: 'getKeyLimits',
    tag: 'Usage',
    summary: 'Read what is left of the limits of a key',
    description: 'Takes nothing from them. Empty where the API has no limits, or does not show them.',
    query: queryOf({}),
    answers: { 200: { description: 'The limits', schema: keyLimitsSchema } },
    run: async ({ keys, keyring, limits, id }) => {
      const key = await keys.get(id)
      return { status: 200, body: showKeyLimits(id, await limitStates(keyring, limits, key)) }
    },
  }),
]
