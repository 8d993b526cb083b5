import { showKeyCallers } from '../resources/show-callers.ts'
import { keyCallersSchema } from '../schemas/callers.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { queryOf } from './query.ts'

/** Who uses a key. */
export const callerEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/keys/{id}/callers',
    action: 'getKeyCallers',
    tag: 'Usage',
    summary: 'Read who used a key',
    description:
      'From which networks, with which programs, and with which of its secrets, the latest first, at most 50. ' +
      'Kept with `usage: { callers: true }`.',
    query: queryOf({}),
    answers: { 200: { description: 'The callers', schema: keyCallersSchema } },
    problems: ['not_supported'],
    run: async ({ keys, keyring, id }) => {
      const callers = await keys.callers(id)
      return { status: 200, body: showKeyCallers(id, keyring.guarantees().callers, callers) }
    },
  }),
]
