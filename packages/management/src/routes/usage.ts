import { showKeyUsage, showUsage } from '../resources/show-others.ts'
import { keyUsageSchema, usageSchema } from '../schemas/others.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { bucket, limit, moment, queryOf } from './query.ts'

const range = { from: moment, to: moment, bucket }

/** How keys are used. */
export const usageEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/keys/{id}/usage',
    action: 'getKeyUsage',
    tag: 'Usage',
    summary: 'Read how a key was used',
    description: 'Every request whose secret was right, by UTC day or hour. Default: the last 30 days, or 24 hours.',
    query: queryOf(range),
    answers: { 200: { description: 'The usage', schema: keyUsageSchema } },
    problems: ['validation_failed', 'not_supported'],
    run: async ({ keys, id, query }) => ({ status: 200, body: showKeyUsage(await keys.usage(id, query)) }),
  }),

  endpoint({
    method: 'get',
    path: '/usage',
    action: 'getUsage',
    tag: 'Usage',
    summary: 'Read how all keys of the workspace were used',
    query: queryOf({ ...range, limit }),
    answers: { 200: { description: 'The usage', schema: usageSchema } },
    problems: ['validation_failed', 'not_supported'],
    run: async ({ keys, query }) => ({ status: 200, body: showUsage(await keys.workspaceUsage(query)) }),
  }),
]
