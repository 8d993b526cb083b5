import { describe, expect, test } from 'vitest'
import { endpoints } from '../src/routes/all.ts'
import type { Endpoint } from '../src/routes/endpoint.ts'
import { conforming } from './contract/conformance.ts'
import { world } from './support/world.ts'

/** Who calls: the owner, another member, a viewer of everything, an administrator, someone who may do nothing. */
const roles = ['ada', 'bob', 'viewer', 'root', 'nothing', 'eve', 'stranger'] as const

/** What each may do to a key of ada, or to the workspace. eve administers another workspace. */
const expected: Readonly<Record<string, readonly number[]>> = {
  listKeys: [200, 200, 200, 200, 403, 200, 401],
  createKey: [201, 201, 403, 201, 403, 201, 401],
  getKey: [200, 404, 200, 200, 403, 404, 401],
  updateKey: [200, 404, 403, 200, 403, 404, 401],
  // The token of a personal key is its owner's.
  rotateKey: [200, 404, 403, 403, 403, 404, 401],
  endOverlap: [200, 404, 403, 200, 403, 404, 401],
  disableKey: [200, 404, 403, 200, 403, 404, 401],
  enableKey: [200, 404, 403, 200, 403, 404, 401],
  transferKey: [200, 404, 403, 200, 403, 404, 401],
  revokeKey: [200, 404, 403, 200, 403, 404, 401],
  // Each id has a result of its own.
  revokeKeys: [200, 200, 200, 200, 200, 200, 401],
  importKeys: [200, 200, 403, 200, 403, 200, 401],
  getKeyUsage: [200, 404, 200, 200, 403, 404, 401],
  getKeyCallers: [200, 404, 200, 200, 403, 404, 401],
  getKeyLimits: [200, 404, 200, 200, 403, 404, 401],
  getUsage: [403, 403, 200, 200, 403, 200, 401],
  listKeyEvents: [200, 404, 200, 200, 403, 404, 401],
  listEvents: [403, 403, 200, 200, 403, 200, 401],
  diagnoseKey: [200, 200, 200, 200, 403, 200, 401],
  listServiceAccounts: [403, 403, 403, 200, 403, 200, 401],
  createServiceAccount: [403, 403, 403, 201, 403, 201, 401],
  getServiceAccount: [403, 403, 403, 200, 403, 404, 401],
  updateServiceAccount: [403, 403, 403, 200, 403, 404, 401],
  deleteServiceAccount: [403, 403, 403, 200, 403, 404, 401],
  getPermissions: [200, 200, 200, 200, 200, 200, 401],
  whoami: [200, 200, 200, 200, 200, 200, 401],
}

test('every endpoint has a row', () => {
  expect(endpoints.map(({ action }) => action as string).toSorted()).toEqual(Object.keys(expected).toSorted())
})

describe.each(endpoints.map((endpoint) => [endpoint.action, endpoint] as const))('%s', (action, endpoint) => {
  test.each(roles.map((role, index) => [role, expected[action]?.[index]] as const))(
    'by %s is answered with %i, and changes nothing unless it is 200',
    async (role, status) => {
      const given = await world({}, { importedTokens: { pattern: /^sk_live_[0-9a-f]{32}$/ } })
      const send = conforming(given.send)
      const { key, token } = await given.make()
      const root = { 'x-test-user': 'root' }
      const account = await send({
        method: 'POST',
        path: '/service-accounts',
        body: { name: 'bot', permissions: [] },
        headers: root,
      })
      const before = await send({ method: 'GET', path: `/keys/${key.id}` })
      const id = endpoint.path.startsWith('/keys') ? key.id : account.body.id
      const body = bodyFor(endpoint, key.id, role)
      const reply = await send({
        method: endpoint.method.toUpperCase(),
        path: endpoint.path.replace('{id}', id),
        headers: { 'x-test-user': role },
        ...(body !== undefined && { body }),
      })
      expect(reply.status).toBe(status)
      if (action === 'revokeKeys' && status === 200) {
        expect(reply.body.data[0].ok).toBe(role === 'ada' || role === 'root')
      }
      if (reply.status >= 400) {
        expect(await send({ method: 'GET', path: `/keys/${key.id}` })).toMatchObject({ body: before.body })
        expect(await given.keyring.verify(token)).toMatchObject({ ok: true })
      }
      if (role === 'eve') expect(reply.text).not.toContain('ws_acme')
      expect(given.failures).toEqual([])
    },
  )
})

function bodyFor({ action }: Endpoint, keyId: string, role: string): object | undefined {
  const bodies: Readonly<Record<string, object>> = {
    createKey: { name: 'X', environment: 'production' },
    updateKey: { name: 'Renamed' },
    // eve is called ada where she is from.
    transferKey: { owner: { type: 'user', id: role === 'eve' ? 'ada' : role } },
    revokeKeys: { ids: [keyId] },
    importKeys: {
      keys: [
        {
          tokenSha256: 'a'.repeat(64),
          name: 'X',
          environment: 'production',
          permissions: ['prompts:read'],
          owner: { type: 'user', id: role === 'eve' ? 'ada' : role },
        },
      ],
    },
    diagnoseKey: { keyId },
    createServiceAccount: { name: 'bot', permissions: ['prompts:read'] },
    updateServiceAccount: { name: 'robot' },
  }
  return bodies[action]
}
