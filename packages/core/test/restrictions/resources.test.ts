import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import {
  type Actor,
  type Fault,
  keyActor,
  type KeyringOptions,
  type ManagedKey,
  type MemberActor,
  type Verification,
} from '../../src/index.ts'
import type { KeyRecord } from '../../src/store/records.ts'
import { restrictionsOf } from '../../src/store/restrictions.ts'
import { named, user } from '../support/actors.ts'
import { fails } from '../support/observed-store.ts'
import { type SetUp, setUp } from '../support/set-up.ts'

const types = ['project', 'dataset'] as const
const set = (more: Partial<KeyringOptions> & { on?: ReturnType<typeof memoryStore> } = {}): SetUp =>
  setUp({ resources: types, ...more })

const permission = 'prompts:read'
const ada = (resources?: MemberActor['resources'], more: Partial<MemberActor> = {}): MemberActor =>
  user('ada', { ...(resources !== undefined && { resources }), ...more })

/** What a verified key reaches of these, in the order asked. */
async function reached({ keyring }: SetUp, token: string, type: string, ids: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(ids.map((id) => keyring.verify(token, { resources: { [type]: id } })))
  return ids.filter((_, index) => answers[index]?.ok)
}

const codeOf = (verification: Verification): string => (verification.ok ? 'ok' : verification.code)

async function storedAs(world: SetUp, key: ManagedKey, change: (record: KeyRecord) => KeyRecord): Promise<void> {
  const record = (await world.store.find([key.id])).get(key.id) as KeyRecord
  const changed = change(record)
  await world.store.commit({
    writes: [
      {
        type: 'key',
        record: { ...changed, restrictions: restrictionsOf(changed), revision: record.revision + 1 },
        expectedRevision: record.revision,
      },
    ],
    activity: [],
    announcements: [{ type: 'key', id: key.id }],
    nonce: `changed-${record.revision}`,
    at: record.updatedAt,
    silent: false,
  })
  await world.clock.advanceAsync(2_000)
}

describe('a key that is limited to some resources', () => {
  test('reaches these and no other, and all of a type that it does not name', async () => {
    const world = set()
    const { token, key } = await world.create({ resources: { project: ['p2', 'p1', 'p1'] } })
    expect(key.resources).toEqual({ project: ['p1', 'p2'] })
    expect(await reached(world, token, 'project', ['p1', 'p2', 'p3', 'P1', 'p1 ', '__proto__', 'constructor'])).toEqual(
      ['p1', 'p2'],
    )
    expect(await reached(world, token, 'dataset', ['d1', '__proto__'])).toEqual(['d1', '__proto__'])
    const verification = await world.keyring.verify(token, { resources: { project: 'p3' } })
    expect(verification).toEqual({ ok: false, code: 'resource_not_allowed', keyId: key.id })
  })

  test('without resources reaches everything, and shares one frozen object with all the others', async () => {
    const world = set()
    const made = await Promise.all([world.create(), world.create({ resources: {} })])
    const keys = await Promise.all(made.map(({ token }) => world.keyring.verify(token)))
    const [first, second] = keys.map((each) => (each.ok ? each.apiKey.resources : undefined))
    expect(first).toEqual({})
    expect(Object.isFrozen(first)).toBe(true)
    expect(second).toBe(first)
    expect(await reached(world, made[0].token, 'project', ['p1'])).toEqual(['p1'])
  })

  test('keeps ids as they are, also those with names that objects have', async () => {
    const world = set()
    const ids = ['P1', '__proto__', 'constructor', 'p1', 'p1 ']
    const { token } = await world.create({ resources: { project: ids } })
    expect(await reached(world, token, 'project', [...ids, ' p1', 'toString'])).toEqual(ids)
  })

  test('is not made with what nothing could mean', async () => {
    const { create } = set()
    const wrong: readonly unknown[] = [
      undefined,
      null,
      [],
      { project: [] },
      { project: ['x'.repeat(300)] },
      { project: ['\ud800'] },
      { project: [''] },
      { project: 'p1' },
      { project: undefined },
      { projects: ['p1'] },
    ]
    for (const resources of wrong) {
      await expect(create({ resources } as never), JSON.stringify(resources)).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_VALIDATION',
      })
    }
    const { token } = await create()
    await expect(create({ resources: { project: [token] } })).rejects.toMatchObject({ field: 'resources.project' })
  })

  test('is not made where no types are declared', async () => {
    const { create } = setUp()
    await expect(create({ resources: { project: ['p1'] } })).rejects.toThrow('declares no types of resources')
  })

  test('a requirement that names no id, or an undeclared type, is a mistake of the host', async () => {
    const { keyring, create } = set()
    const { token } = await create()
    const apiKey = await keyring.verify(token).then((each) => (each.ok ? each.apiKey : undefined))
    const wrong: readonly unknown[] = [
      undefined,
      {},
      { project: undefined },
      { project: '' },
      { project: ['p1'] },
      { project: 7 },
      { projct: 'p1' },
      { constructor: 'p1' },
    ]
    for (const resources of wrong) {
      const requirement = { resources } as never
      const refused = { code: 'ERR_CLAVIGER_CONFIGURATION' }
      await expect(keyring.verify(token, requirement), JSON.stringify(resources)).rejects.toMatchObject(refused)
      expect(() => keyring.authorize(apiKey, requirement)).toThrow(expect.objectContaining(refused))
    }
    expect(keyring.resources).toEqual(['project', 'dataset'])
  })
})

describe('an owner that reaches some resources only', () => {
  test('bounds its keys now, and not only when they were made', async () => {
    let projects: readonly string[] = ['p1', 'p2']
    const resolveOwner = () => ({ permissions: ['*:*'], resources: { project: projects } })
    const world = set({ resolveOwner })
    const limited = await world.create({ resources: { project: ['p1', 'p2'] } })
    const all = await world.create()
    expect(await reached(world, all.token, 'project', ['p1', 'p2', 'p3'])).toEqual(['p1', 'p2'])
    projects = ['p1']
    await world.keyring.ownerChanged({ workspaceId: 'ws_acme', owner: { type: 'user', id: 'ada' } })
    expect(await reached(world, limited.token, 'project', ['p1', 'p2'])).toEqual(['p1'])
    const verification = await world.keyring.verify(limited.token)
    expect(verification.ok && verification.apiKey.resources).toEqual({ project: ['p1'] })
    projects = []
    await world.keyring.ownerChanged({ workspaceId: 'ws_acme', owner: { type: 'user', id: 'ada' } })
    expect(await reached(world, all.token, 'project', ['p1', 'p2'])).toEqual([])
  })

  test('whose resources cannot be read opens nothing: the verification fails, and the cause is told', async () => {
    const faults: Fault[] = []
    const { keyring, create } = set({
      resolveOwner: () => ({ permissions: ['*:*'], resources: { folder: ['f1'] } }),
      onError: (fault) => void faults.push(fault),
    })
    const { token } = await create()
    await expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'owner' })
  })
})

describe('a key that is limited by a type which is not declared any more', () => {
  test('is refused for everything, and the host is told which key and why', async () => {
    const on = memoryStore()
    const before = set({ on })
    const { token, key } = await before.create({ resources: { dataset: ['d1'] } })
    const faults: Fault[] = []
    const after = setUp({ on, resources: ['project'], onError: (fault) => void faults.push(fault) })
    expect(codeOf(await after.keyring.verify(token))).toBe('resource_not_allowed')
    expect(codeOf(await after.keyring.verify(token, { permission }))).toBe('resource_not_allowed')
    expect(String(faults[0]?.error)).toContain(key.id)
    expect(String(faults[0]?.error)).toContain('"dataset"')
    expect(await after.keys.diagnose(token)).toMatchObject({ ok: false, code: 'resource_not_allowed' })
  })

  test('may keep it through other changes, and works again once it is taken off', async () => {
    const on = memoryStore()
    const before = set({ on })
    const { token, key } = await before.create({ resources: { dataset: ['d1'] } })
    const after = setUp({ on, resources: ['project'] })
    const renamed = await after.keys.update(key.id, { name: 'Renamed', resources: { dataset: ['d1'] } })
    expect(renamed.resources).toEqual({ dataset: ['d1'] })
    await expect(after.keys.update(key.id, { resources: { folder: ['f1'] } })).rejects.toMatchObject({
      field: 'resources.folder',
    })
    await after.keys.update(key.id, { resources: { project: ['p1'] } })
    expect(codeOf(await after.keyring.verify(token))).toBe('ok')
  })

  test('does not act either', async () => {
    const on = memoryStore()
    const before = set({ on })
    const { key } = await before.create({ permissions: ['keys:manage'], resources: { dataset: ['d1'] } })
    const after = setUp({ on, resources: ['project'] })
    const actor: Actor = {
      type: 'key',
      id: key.id,
      workspaceId: 'ws_acme',
      permissions: ['keys:manage'],
      owner: key.owner,
    }
    await expect(after.keyring.as(actor).list()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_FORBIDDEN' })
  })
})

describe('the ceiling', () => {
  const ceiling = { code: 'ERR_CLAVIGER_PERMISSION_CEILING', holder: 'actor' }

  test('an actor of p1 makes keys of p1, and none of p2 or of all', async () => {
    const { keyring } = set()
    const keys = keyring.as(ada({ project: ['p1'] }))
    const made = await keys.create({ ...named, resources: { project: ['p1'] } })
    expect(made.key.resources).toEqual({ project: ['p1'] })
    const beyond = { ...ceiling, missing: [], resources: { project: ['p2'] } }
    await expect(keys.create({ ...named, resources: { project: ['p1', 'p2'] } })).rejects.toMatchObject(beyond)
    await expect(keys.create(named)).rejects.toMatchObject({ ...ceiling, resources: { project: 'all' } })
    await expect(keys.create({ ...named, resources: { dataset: ['d1'] } })).rejects.toMatchObject(ceiling)
    await expect(keyring.as(ada({ project: [] })).create({ ...named, resources: { project: ['p1'] } })).rejects.toThrow(
      'Cannot hand out the project "p1"',
    )
  })

  test('a key is widened by someone who reaches what is new, and narrowed by anyone who may update it', async () => {
    const { keyring } = set()
    const keys = keyring.as(ada({ project: ['p1', 'p2'] }))
    const { key } = await keys.create({ ...named, resources: { project: ['p1'] } })
    const update = (actor: MemberActor, resources: object): Promise<ManagedKey> =>
      keyring.as(actor).update(key.id, { resources })
    expect((await update(ada({ project: ['p2'] }), { project: ['p1', 'p2'] })).resources).toEqual({
      project: ['p1', 'p2'],
    })
    await expect(update(ada({ project: ['p1'] }), {})).rejects.toMatchObject({
      ...ceiling,
      resources: { project: 'all' },
    })
    await expect(update(ada({ project: ['p1'] }), { project: ['p3'] })).rejects.toMatchObject(ceiling)
    expect((await update(ada({ project: [] }), { project: ['p1'] })).resources).toEqual({ project: ['p1'] })
    expect((await update(ada(), {})).resources).toEqual({})
  })

  test('is about permissions on resources: write on p2 does not make write on p1', async () => {
    const { keyring } = set()
    const all = ada(undefined, { permissions: ['*:*'] })
    const { key } = await keyring
      .as(all)
      .create({ ...named, permissions: ['prompts:read'], resources: { project: ['p1'] } })
    const writer = ada({ project: ['p2'] }, { permissions: ['prompts:write'] })
    const grant = { permissions: ['prompts:read', 'prompts:write'] } as never
    await expect(keyring.as(writer).update(key.id, grant)).rejects.toMatchObject({
      ...ceiling,
      resources: { project: ['p1'] },
    })
    await expect(keyring.as(writer).update(key.id, { resources: { project: ['p1', 'p2'] } })).rejects.toMatchObject({
      ...ceiling,
      missing: ['prompts:read'],
    })
    // Of another type, too: d1 of p1 is more than d1 of p2.
    const other = ada({ project: ['p2'] }, { permissions: ['*:*'] })
    await keyring.as(all).update(key.id, { resources: { project: ['p1'], dataset: ['d1'] } })
    await expect(
      keyring.as(other).update(key.id, { resources: { project: ['p1'], dataset: ['d1', 'd2'] } }),
    ).rejects.toMatchObject(ceiling)
  })

  test('rotate, enable, transfer and a later end hand out the key as it is', async () => {
    const { keyring, clock } = set()
    const can = { listAll: true, manageServiceAccounts: true }
    const all = ada(undefined, { can })
    const some = ada({ project: ['p1'] }, { can })
    const bot = await keyring.as(all).serviceAccounts.create({ name: 'bot', permissions: ['prompts:*'] as never })
    const expiresAt = new Date(clock.now() + 86_400_000)
    const { key } = await keyring.as(all).create({ ...named, expiresAt, resources: { project: ['p1', 'p2'] } })
    const later = new Date(clock.now() + 172_800_000)
    const keys = keyring.as(some)
    await expect(keys.rotate(key.id)).rejects.toMatchObject(ceiling)
    await expect(keys.transfer(key.id, { type: 'service', id: bot.id })).rejects.toMatchObject(ceiling)
    await expect(keys.update(key.id, { expiresAt: later })).rejects.toMatchObject(ceiling)
    await keys.disable(key.id)
    await expect(keys.enable(key.id)).rejects.toMatchObject(ceiling)
    await keys.update(key.id, { resources: { project: ['p1'] } })
    await keys.enable(key.id)
    const { token, key: rotated } = await keys.rotate(key.id)
    expect(rotated.resources).toEqual({ project: ['p1'] })
    expect(token).toContain('acme_')
    expect((await keys.transfer(key.id, { type: 'service', id: bot.id })).resources).toEqual({ project: ['p1'] })
  })

  test('an actor of some resources cannot make a service account, or give one more permissions', async () => {
    const { keyring } = set()
    const can = { manageServiceAccounts: true }
    const bot = await keyring
      .as(ada(undefined, { can }))
      .serviceAccounts.create({ name: 'bot', permissions: ['prompts:read'] as never })
    const accounts = keyring.as(ada({ project: ['p1'] }, { can })).serviceAccounts
    const forbidden = { code: 'ERR_CLAVIGER_FORBIDDEN', subject: 'manageServiceAccounts' }
    await expect(accounts.create({ name: 'bot', permissions: [] })).rejects.toMatchObject(forbidden)
    await expect(accounts.update(bot.id, { permissions: ['prompts:*'] as never })).rejects.toMatchObject(forbidden)
    await accounts.update(bot.id, { permissions: [] })
  })

  test("a service account of the host's bounds what its keys are given", async () => {
    const resolveOwner = () => ({ permissions: ['*:*'], resources: { project: ['p1'] } })
    const { create } = set({ resolveOwner })
    const owner = { type: 'service', id: 'host-bot' } as const
    await create({ owner, resources: { project: ['p1'] } })
    const missing = { ...ceiling, holder: 'owner' }
    await expect(create({ owner, resources: { project: ['p2'] } })).rejects.toMatchObject(missing)
    await expect(create({ owner })).rejects.toMatchObject(missing)
  })

  test('a key that acts hands out what it and its owner reach at that moment', async () => {
    let projects: readonly string[] = ['p1', 'p2']
    const world = set({
      resolveOwner: () => ({ permissions: ['*:*', 'keys:manage'], resources: { project: projects } }),
    })
    const { token } = await world.create({
      permissions: ['keys:manage', 'prompts:read'],
      resources: { project: ['p1', 'p2', 'p3'] },
    })
    const verification = await world.keyring.verify(token)
    if (!verification.ok) throw new Error(verification.code)
    const actor = keyActor(verification.apiKey)
    expect(actor.resources).toEqual({ project: ['p1', 'p2'] })
    const keys = world.keyring.as(actor)
    await keys.create({ ...named, permissions: ['prompts:read'], resources: { project: ['p1', 'p2'] } })
    projects = ['p1']
    const wish = { ...named, permissions: ['prompts:read'], resources: { project: ['p2'] } } as never
    await expect(keys.create(wish)).rejects.toMatchObject({ ...ceiling, resources: { project: ['p2'] } })
  })

  test('an actor whose resources cannot be read is refused before anything is done', () => {
    const { keyring } = set()
    for (const resources of [null, [], { projects: ['p1'] }, { project: undefined }, { project: [7] }] as never[]) {
      expect(() => keyring.as(ada(resources))).toThrow(expect.objectContaining({ code: 'ERR_CLAVIGER_VALIDATION' }))
    }
  })
})

describe('narrowing', () => {
  test('holds here although the store does not answer, and is carried on until it does', async () => {
    const world = set()
    const { key, token } = await world.create({ resources: { project: ['p1', 'p2'] } })
    expect(await reached(world, token, 'project', ['p1', 'p2'])).toEqual(['p1', 'p2'])
    world.store.before('commit', fails)
    await expect(world.keys.update(key.id, { resources: { project: ['p1'] } })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    })
    expect(await reached(world, token, 'project', ['p1', 'p2'])).toEqual(['p1'])
    world.store.before('commit', undefined)
    await world.clock.advanceAsync(3_000)
    expect((await world.keys.get(key.id)).resources).toEqual({ project: ['p1'] })
  })

  test('of what is narrowed to something else, only the loss is carried on: then it reaches none', async () => {
    const world = set()
    const { key, token } = await world.create({ resources: { project: ['p1'] } })
    world.store.before('commit', fails)
    await expect(world.keys.update(key.id, { resources: { project: ['p2'] } })).rejects.toThrow()
    expect(await reached(world, token, 'project', ['p1', 'p2'])).toEqual([])
    world.store.before('commit', undefined)
    await world.clock.advanceAsync(3_000)
    expect((await world.keys.get(key.id)).resources).toEqual({ project: [] })
    expect(await reached(world, token, 'project', ['p1', 'p2'])).toEqual([])
    expect(codeOf(await world.keyring.verify(token))).toBe('ok')
  })

  test('ends a watch that was opened for the resource', async () => {
    const world = set()
    const { key, token } = await world.create({ resources: { project: ['p1', 'p2'] } })
    const verification = await world.keyring.verify(token)
    if (!verification.ok) throw new Error(verification.code)
    const [first, second] = (['p1', 'p2'] as const).map((project) =>
      world.keyring.watch(verification.apiKey, { resources: { project } }),
    )
    await world.keys.update(key.id, { resources: { project: ['p1'] } })
    await world.clock.advanceAsync(2_000)
    expect(first?.aborted).toBe(false)
    expect(second?.reason).toMatchObject({ refusal: { code: 'resource_not_allowed' } })
  })
})

describe('what is told', () => {
  test('the log has the resources of a key, before and after, and of long lists what changed', async () => {
    const { keys, create } = set()
    const many = Array.from({ length: 40 }, (_, index) => `p${index + 10}`)
    const { key } = await create({ resources: { project: ['p1'] } })
    await keys.update(key.id, { resources: { project: ['p1', ...many], dataset: ['d1'] } })
    const { items } = await keys.activity({ keyId: key.id })
    const [created, updated] = ['key.created', 'key.updated'].map((action) =>
      items.find((line) => line.action === action),
    )
    expect(created?.after).toMatchObject({ resources: { project: ['p1'] } })
    expect(updated?.before).toMatchObject({ resources: { project: ['p1'] } })
    expect(updated?.after).toMatchObject({
      resources: { dataset: ['d1'], project: { count: 41, only: many.slice(0, 31) } },
    })
  })

  test('a diagnosis tells whether the key or its owner falls short', async () => {
    const world = set({ resolveOwner: () => ({ permissions: ['*:*'], resources: { project: ['p1'] } }) })
    const { key } = await world.create({ resources: { project: ['p1', 'p2'] } })
    const diagnose = (project: string): Promise<unknown> =>
      world.keys.diagnose({ id: key.id }, { resources: { project } })
    expect(await diagnose('p1')).toMatchObject({ ok: true })
    expect(await diagnose('p2')).toMatchObject({
      code: 'resource_not_allowed',
      checks: expect.arrayContaining([
        { check: 'resource', ok: false, detail: expect.stringContaining('its owner, the user ada') },
      ]),
    })
    expect(await diagnose('p3')).toMatchObject({
      code: 'resource_not_allowed',
      checks: expect.arrayContaining([
        { check: 'resource', ok: false, detail: 'The key reaches the project p1, p2 only; asked for is p3.' },
      ]),
    })
    await expect(world.keys.diagnose({ id: key.id }, { resources: { projct: 'p1' } })).rejects.toThrow('project')
  })

  test('a repeated call is the same call only with the same resources', async () => {
    const { keyring } = set()
    const keys = keyring.as(ada())
    const create = (resources?: object): Promise<{ readonly replayed: boolean }> =>
      keys.create({ ...named, ...(resources && { resources }) }, { idempotencyKey: 'once' })
    expect((await create({ project: ['p1', 'p2'] })).replayed).toBe(false)
    expect((await create({ project: ['p2', 'p1'] })).replayed).toBe(true)
    await expect(create({ project: ['p1'] })).rejects.toMatchObject({ code: 'ERR_CLAVIGER_IDEMPOTENCY_KEY_REUSED' })
    await expect(create()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_IDEMPOTENCY_KEY_REUSED' })
  })
})

test('a stored list that is not in order reaches what it names', async () => {
  const world = set()
  const { key, token } = await world.create({ resources: { project: ['p1'] } })
  await storedAs(world, key, (record) => ({ ...record, resources: { project: ['p9', 'p1', 'p5'] } }))
  expect(await reached(world, token, 'project', ['p1', 'p2', 'p5', 'p9'])).toEqual(['p1', 'p5', 'p9'])
})
