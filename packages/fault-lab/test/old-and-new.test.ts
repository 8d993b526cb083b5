import { createHash } from 'node:crypto'
import { serverOrSkip } from '@claviger/test-servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StoreSetUp } from '../src/protocol.ts'
import { databases } from './databases.ts'
import { type RemoteKeyring, startRemote } from './remote-keyring.ts'
import { sqliteFile } from './sqlite-file.ts'
import { eventually } from './eventually.ts'

/*
 * docs/guides/rolling-deployments.md, "Restricted keys": a process of the first version of records (see
 * fixtures/version-1) and one of this version, on one store.
 */
const labs = [
  ...databases,
  { name: 'SQLite', kind: 'sqlite' as const, start: sqliteFile, prepare: async () => {} },
] as const

const address = '127.0.0.1'
const elsewhere = '192.0.2.0/24'
const form = { name: 'Lab', environment: 'ci', permissions: ['lab:use'], owner: { type: 'user', id: 'ada' } } as const
const unavailable = { code: 'ERR_CLAVIGER_UNAVAILABLE' }
const settings = { environments: ['ci'] }

/** Every way in which a key is limited. */
const limits = {
  'to other addresses': { input: { allowedAddresses: [elsewhere] }, status: 403 },
  'to its own address': { input: { allowedAddresses: [address] }, status: 204 },
  'to resources': { input: { resources: { project: ['p1'] } }, status: 204 },
  'to both': { input: { allowedAddresses: [address], resources: { project: ['p1'], team: ['t1'] } }, status: 204 },
} as const

for (const database of labs) {
  const suite = await serverOrSkip<{ readonly url: string; stop(): Promise<void> }>(database.name, database.start)

  suite.describe(`an old and a new process, on ${database.name}`, () => {
    let old: RemoteKeyring
    let now: RemoteKeyring
    const imported = { importedPattern: '^app_[a-z0-9]{24}$' }

    beforeAll(async () => {
      const { url } = suite.server()
      await database.prepare(url)
      const store: StoreSetUp = { kind: database.kind, url }
      old = await startRemote('first', { store, settings })
      const options = { resources: ['project', 'team'], usage: { callers: true } }
      now = await startRemote('present', { store, settings, options, remembers: true, ...imported })
    })

    afterAll(async () => void (await Promise.all([old?.end(), now?.end()])))

    test('a key without limits works in both, whichever made or changed it', async () => {
      for (const [maker, other] of [
        [old, now],
        [now, old],
      ] as const) {
        const { key, token } = await maker.keys.create(form)
        expect([await maker.get(token), await other.get(token)]).toEqual([204, 204])
        await other.keys.update(key.id, { name: 'Renamed' })
        const rotated = await maker.keys.rotate(key.id)
        expect((await other.keys.get(key.id)).name).toBe('Renamed')
        expect([await old.get(rotated.token), await now.get(rotated.token)]).toEqual([204, 204])
        await other.keys.disable(key.id)
        await eventually(async () => expect([await old.get(token), await now.get(token)]).toEqual([401, 401]))
        await maker.keys.enable(key.id)
        await eventually(async () => expect([await old.get(token), await now.get(token)]).toEqual([204, 204]))
        await other.keys.revoke(key.id)
        await eventually(async () => expect([await old.get(token), await now.get(token)]).toEqual([401, 401]))
      }
    })

    test('of a key that both serve, the new one keeps who uses it there, and the old one does not disturb it', async () => {
      const { key, token } = await old.keys.create(form)
      expect([await old.get(token), await now.get(token)]).toEqual([204, 204])
      const rotated = await old.keys.rotate(key.id)
      await eventually(async () => {
        expect([await old.get(rotated.token), await now.get(rotated.token)]).toEqual([204, 204])
      })
      await Promise.all([old.keyring.flush(), now.keyring.flush()])
      const client = { network: '127.0.0.0/16', agent: null }
      const callers = await now.keys.callers(key.id)
      expect(callers.toSorted((a, b) => a.version - b.version)).toMatchObject([
        { version: 1, ...client },
        { version: 2, ...client },
      ])
    })

    test.each(Object.entries(limits))('a key that is limited %s is answered 503 by the old one', async (_, limit) => {
      const { key, token } = await now.keys.create({ ...form, ...limit.input })
      expect([await old.get(token), await now.get(token)]).toEqual([503, limit.status])
      await expect(old.keyring.verify(token)).rejects.toMatchObject(unavailable)
      expect(await old.keys.get(key.id)).toMatchObject({ id: key.id, name: 'Lab' })
    })

    test.each(Object.entries(limits))('a key it had accepted, limited %s, it accepts no more', async (_, limit) => {
      const { key, token } = await old.keys.create(form)
      expect([await old.get(token), await now.get(token)]).toEqual([204, 204])
      await now.keys.update(key.id, limit.input)
      expect(await now.get(token)).toBe(limit.status)
      await eventually(async () => expect(await old.get(token)).toBe(503))
      for (let left = 20; left > 0; left -= 1) expect(await old.get(token)).toBe(503)
      await now.keys.update(key.id, { allowedAddresses: [], resources: {} })
      await eventually(async () => expect(await old.get(token)).toBe(204))
    })

    test('addresses and resources are judged by the new one as if it were alone', async () => {
      const { key, token } = await now.keys.create({ ...form, ...limits['to both'].input })
      await old.get(token)
      expect(await now.keyring.verify(token, { address: '192.0.2.1' })).toMatchObject({ code: 'address_not_allowed' })
      const asking = (id: string): object => ({ address, resources: { project: id } })
      expect(await now.keyring.verify(token, asking('p1'))).toMatchObject({ ok: true })
      expect(await now.keyring.verify(token, asking('p2'))).toMatchObject({ code: 'resource_not_allowed' })
      expect(await now.keys.get(key.id)).toMatchObject(limits['to both'].input)
    })

    test('whatever the old one tries to write, a limited key keeps its limits', async () => {
      const both = limits['to both'].input
      const tries: readonly (readonly [string, (id: string, token: string) => Promise<unknown>])[] = [
        ['rename', (id) => old.keys.update(id, { name: 'Other' })],
        ['widen', (id) => old.keys.update(id, { permissions: ['*:*'] })],
        ['rotate', (id) => old.keys.rotate(id)],
        ['rotate at once', (id) => old.keys.rotate(id, { overlap: 0 })],
        ['end an overlap', (id) => old.keys.endOverlap(id)],
        ['disable', (id) => old.keys.disable(id)],
        ['enable', (id) => old.keys.enable(id)],
        ['transfer', (id) => old.keys.transfer(id, { type: 'user', id: 'bob' })],
        ['revoke', (id) => old.keys.revoke(id)],
        ['use', (_, token) => old.get(token)],
        ['diagnose', (id) => old.keys.diagnose({ id })],
        ['list', () => old.keys.list({ limit: 100 })],
        ['count', () => old.keyring.flush()],
      ]
      for (const [title, run] of tries) {
        const { key } = await now.keys.create({ ...form, ...both })
        const { token } = await now.keys.rotate(key.id)
        const before = await now.keys.get(key.id)
        const outcome = await run(key.id, token).then(
          () => 'done',
          ({ code }: { readonly code: string }) => code,
        )
        expect({ title, outcome, ...(await now.keys.get(key.id)) }).toMatchObject({
          title,
          ...both,
          revision: before.revision,
        })
        expect([title, await now.get(token), await old.get(token)]).toEqual([title, 204, 503])
      }
    })

    test('a limited key whose owner leaves at the old one is accepted by none without its limits', async () => {
      const leaver = { type: 'user', id: `leaver on ${database.name}` } as const
      const { key, token } = await now.keys.create({
        ...form,
        ...limits['to other addresses'].input,
        owner: leaver,
      })
      await old.leave(leaver.id)
      expect(await old.get(token)).toBe(503)
      for (const asked of [token, { id: key.id }]) await old.keys.diagnose(asked).catch(() => {})
      await old.keys.list({ limit: 100, attention: 'ownerGone' })
      await now.keys.update(key.id, { name: 'Moves the head' }).catch(() => {})
      expect([403, 503]).toContain(await now.get(token))
    })

    test('a reminder that was sent stays sent, whatever the old one writes', async () => {
      const soon = new Date(Date.now() + 3 * 86_400_000)
      const { key } = await now.keys.create({ ...form, expiresAt: soon })
      const about = async (): Promise<readonly string[]> => {
        await now.keyring.remind()
        return (await now.events()).flatMap(({ type, key: { id } = { id: '' } }) =>
          id === key.id && type === 'key.expiring' ? [type] : [],
        )
      }
      expect(await about()).toEqual(['key.expiring'])
      await old.keys.update(key.id, { name: 'Renamed' })
      expect(await about()).toEqual([])
      await now.keys.update(key.id, { name: 'Renamed again' })
      expect(await about()).toEqual([])
      await now.keys.rotate(key.id)
      expect(await about()).toEqual([])
    })

    test('an imported key works on, whatever the old one writes', async () => {
      const token = `app_${'a1b2c3d4'.repeat(3)}`
      const tokenSha256 = createHash('sha256').update(token).digest('hex')
      const { results } = await now.keys.import([{ ...form, tokenSha256 }])
      const [result] = results
      if (result?.ok !== true) throw new Error('Expected an imported key.')
      expect([await old.get(token), await now.get(token)]).toEqual([401, 204])
      await old.keys.update(result.id, { name: 'Renamed' })
      expect(await now.get(token)).toBe(204)
      // The old one knows no note of that, and leaves it out.
      expect(await now.keys.get(result.id)).toMatchObject({ name: 'Renamed', imported: false })
    })
  })
}
