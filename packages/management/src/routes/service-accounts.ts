import type { KeyManager, ServiceAccount } from '@claviger/core'
import { showServiceAccount } from '../resources/show-others.ts'
import { pageOf } from '../schemas/answers.ts'
import { createServiceAccountBody, updateServiceAccountBody } from '../schemas/inputs.ts'
import { serviceAccountSchema } from '../schemas/others.ts'
import { type Answer, type Endpoint, type EndpointCall, endpoint } from './endpoint.ts'
import { pageAnswer } from './page.ts'
import { cursor, limit, queryOf, truth } from './query.ts'

type Accounts = KeyManager['serviceAccounts']
const one = { description: 'The service account', schema: serviceAccountSchema, headers: ['ETag'] } as const

/** Owners of keys that outlive people. */
export const serviceAccountEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/service-accounts',
    action: 'listServiceAccounts',
    tag: 'Service accounts',
    summary: 'List service accounts, newest first',
    query: queryOf({ includeDeleted: truth, cursor, limit }),
    answers: {
      200: { description: 'A page of service accounts', schema: pageOf(serviceAccountSchema), headers: ['Link'] },
    },
    problems: ['validation_failed', 'not_supported'],
    async run({ keys, query, search, names }) {
      const page = await keys.serviceAccounts.list(query)
      const nameOf = await names(page.items.map(({ createdBy }) => createdBy))
      return pageAnswer(page, (account) => showServiceAccount(account, nameOf), search)
    },
  }),

  endpoint({
    method: 'post',
    path: '/service-accounts',
    action: 'createServiceAccount',
    tag: 'Service accounts',
    summary: 'Create a service account',
    description: 'Its permissions are the ceiling of its keys.',
    body: createServiceAccountBody,
    takesIdempotencyKey: false,
    answers: { 201: { ...one, headers: ['Location', 'ETag'] } },
    problems: ['validation_failed', 'permission_ceiling', 'not_supported', 'conflict'],
    async run(call) {
      const account = await call.keys.serviceAccounts.create(call.body as Parameters<Accounts['create']>[0])
      const answer = await accountAnswer(call, account)
      return { ...answer, status: 201, headers: { ...answer.headers, Location: `service-accounts/${account.id}` } }
    },
  }),

  endpoint({
    method: 'get',
    path: '/service-accounts/{id}',
    action: 'getServiceAccount',
    tag: 'Service accounts',
    summary: 'Read a service account',
    answers: { 200: one },
    problems: ['not_supported'],
    run: async (call) => accountAnswer(call, await call.keys.serviceAccounts.get(call.id)),
  }),

  endpoint({
    method: 'patch',
    path: '/service-accounts/{id}',
    action: 'updateServiceAccount',
    tag: 'Service accounts',
    summary: 'Change a service account',
    description: 'What is left out stays. Fewer permissions bound its keys within the times of a revocation.',
    body: updateServiceAccountBody,
    takesIfMatch: true,
    answers: { 200: one },
    problems: [
      'validation_failed',
      'permission_ceiling',
      'not_supported',
      'conflict',
      'version_conflict',
      'revocation_not_durable',
    ],
    async run(call) {
      const input = call.body as Parameters<Accounts['update']>[1]
      const { revision } = call
      return accountAnswer(call, await call.keys.serviceAccounts.update(call.id, input, { revision }))
    },
  }),

  endpoint({
    method: 'delete',
    path: '/service-accounts/{id}',
    action: 'deleteServiceAccount',
    tag: 'Service accounts',
    summary: 'Delete a service account and revoke its keys',
    description: 'Deleting again changes nothing, and answers the same.',
    answers: { 200: one },
    problems: ['not_supported', 'conflict', 'revocation_not_durable'],
    run: async (call) => accountAnswer(call, await call.keys.serviceAccounts.delete(call.id)),
  }),
]

async function accountAnswer(
  { names }: Pick<EndpointCall<unknown, unknown>, 'names'>,
  account: ServiceAccount,
): Promise<Answer> {
  const nameOf = await names([account.createdBy])
  return { status: 200, body: showServiceAccount(account, nameOf), headers: { ETag: `"${account.revision}"` } }
}
