import { expect, test } from 'vitest'
import { world } from './support/world.ts'

const body = { name: 'Partner', environment: 'production' }

test('a key is limited to addresses and resources, which its answers show', async () => {
  const { send } = await world({}, { resources: ['project'] })
  const made = await send({
    method: 'POST',
    path: '/keys',
    body: { ...body, allowedAddresses: ['10.0.0.1/8', '::ffff:203.0.113.7'], resources: { project: ['p2', 'p1'] } },
  })
  expect(made).toMatchObject({
    status: 201,
    body: { key: { allowedAddresses: ['10.0.0.0/8', '203.0.113.7'], resources: { project: ['p1', 'p2'] } } },
  })
  const path = `/keys/${made.body.key.id}`
  expect((await send({ method: 'PATCH', path, body: { name: 'Partner A' } })).body).toMatchObject({
    allowedAddresses: ['10.0.0.0/8', '203.0.113.7'],
    resources: { project: ['p1', 'p2'] },
  })
  expect((await send({ method: 'PATCH', path, body: { allowedAddresses: [], resources: {} } })).body).toMatchObject({
    allowedAddresses: [],
    resources: {},
  })
  const { body: log } = await send({ method: 'GET', path: `${path}/events` })
  expect(JSON.stringify(log)).toContain('10.0.0.0/8')
})

test('what is no address, no declared type or no ID is refused where it stands', async () => {
  const { send } = await world({}, { resources: ['project'] })
  const pointers = async (more: object): Promise<unknown> => {
    const { status, body: problem } = await send({ method: 'POST', path: '/keys', body: { ...body, ...more } })
    return [status, problem.errors?.[0]?.pointer]
  }
  expect(await pointers({ allowedAddresses: ['203.0.113.7', '1.2.3'] })).toEqual([422, '/allowedAddresses/1'])
  expect(await pointers({ allowedAddresses: '203.0.113.7' })).toEqual([422, '/allowedAddresses'])
  expect(await pointers({ resources: { projects: ['p1'] } })).toEqual([422, '/resources/projects'])
  expect(await pointers({ resources: { project: [] } })).toEqual([422, '/resources/project'])
  expect(await pointers({ resources: { project: [7] } })).toEqual([422, '/resources/project/0'])
})

test('a diagnosis takes the address and the resources of the failing request', async () => {
  const { send, make } = await world({}, { resources: ['project'] })
  const { key } = await make({ allowedAddresses: ['203.0.113.0/24'], resources: { project: ['p1'] } })
  const ask = async (more: object): Promise<string> => {
    const sent = { method: 'POST', path: '/keys/diagnose', body: { keyId: key.id, ...more } }
    return (await send({ ...sent, headers: { 'x-test-user': 'root' } })).body.code
  }
  expect(await ask({ address: '198.51.100.1' })).toBe('address_not_allowed')
  expect(await ask({ address: '203.0.113.9', resources: { project: 'p2' } })).toBe('resource_not_allowed')
  expect(await ask({ address: '203.0.113.9', resources: { project: 'p1' } })).toBe('ok')
})

test('whoami tells the declared types of resources', async () => {
  const { send } = await world({}, { resources: ['project', 'dataset'] })
  expect((await send({ method: 'GET', path: '/whoami' })).body.resourceTypes).toEqual(['project', 'dataset'])
})

test('a name __proto__ is refused wherever it stands, and is not read as nothing', async () => {
  const { send, make } = await world({}, { resources: ['project'] })
  const { key } = await make({ resources: { project: ['p1'] } })
  const path = `/keys/${key.id}`
  const hostile = (text: string): object => JSON.parse(text) as object
  for (const sent of [
    { method: 'PATCH', path, body: hostile('{"resources":{"__proto__":["p2"]}}') },
    { method: 'PATCH', path, body: hostile('{"resources":{"project":["p2"],"__proto__":["p2"]}}') },
    { method: 'PATCH', path, body: hostile('{"metadata":{"__proto__":"x"}}') },
    { method: 'PATCH', path, body: hostile('{"name":"Y","__proto__":{}}') },
    { method: 'POST', path: '/keys/diagnose', body: hostile(`{"keyId":"${key.id}","resources":{"__proto__":"p"}}`) },
  ]) {
    expect([JSON.stringify(sent.body), (await send(sent)).status]).toEqual([JSON.stringify(sent.body), 422])
  }
  expect((await send({ method: 'GET', path })).body.resources).toEqual({ project: ['p1'] })
  expect((await send({ method: 'PATCH', path, body: { name: 'the text __proto__ in a value' } })).status).toBe(200)
})

test('a token where the ID of a resource belongs is not repeated by a diagnosis', async () => {
  const { send, make } = await world({}, { resources: ['project'] })
  const { key, token } = await make({ resources: { project: ['p1'] } })
  const { status, body: diagnosis } = await send({
    method: 'POST',
    path: '/keys/diagnose',
    body: { keyId: key.id, resources: { project: token } },
    headers: { 'x-test-user': 'root' },
  })
  expect([status, diagnosis.code]).toEqual([200, 'resource_not_allowed'])
  expect(JSON.stringify(diagnosis)).not.toContain(token)
})
