import { expect, test } from 'vitest'
import { ada, type Scene, scene } from './support/scene.ts'

async function withKey(): Promise<Scene & { readonly id: string }> {
  const made = scene()
  const { key } = await made.keys.create({
    name: 'Website',
    environment: 'development',
    owner: { type: 'user', id: 'ada' },
  })
  return { ...made, id: key.id }
}

/** What the banners of a page say. */
async function told({ as }: Scene, path: string): Promise<string> {
  const { html } = await as(ada).get(path)
  return [...html.matchAll(/<div class="banner.*?<\/div>/gs)]
    .map(([banner]) => banner.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '))
    .join()
}

test('what was done is told on the page that follows', async () => {
  const made = await withKey()
  const { as, id, keys } = made
  const after = async (deed: string): Promise<string> =>
    told(made, (await as(ada).post(`/keys/${id}/${deed}`, {})).location ?? '')
  expect(await after('disable')).toContain('Disabled just now by You')
  expect(await after('enable')).toContain('The key is enabled.')
  await keys.rotate(id, { overlap: '24h' })
  expect(await after('end-overlap')).toContain('The previous secret stopped working.')
  expect(await after('revoke')).toContain('Revoked just now by You')
})

test('what is not true of a key is not told by a page that someone goes back to', async () => {
  const made = await withKey()
  const { id, keys } = made
  const page = (notice: string): Promise<string> => told(made, `/keys/${id}?notice=${notice}`)
  for (const notice of ['disabled', 'revoked', 'account-deleted', 'constructor']) expect(await page(notice)).toBe('')
  await keys.rotate(id, { overlap: '24h' })
  expect(await page('overlap-ended')).not.toContain('stopped working')
  await keys.disable(id)
  expect(await page('enabled')).not.toContain('is enabled')
  expect(await page('updated')).toContain('The changes are saved.')
  expect(await told(made, '/?notice=revoked')).toBe('')
  expect(await told(made, '/service-accounts?notice=enabled')).toBe('')
})

test('the log does not call an ending that of a key which does not have it', async () => {
  const made = await withKey()
  const { id, keys } = made
  const { key } = await keys.rotate(id, { overlap: '24h' })
  const replaced = key.secrets[1]?.hint.slice(-4) ?? ''
  expect(await told(made, `/activity?key=${id}&ending=${replaced}`)).toContain(`${replaced} is the previous secret`)
  for (const ending of ['zzzz', key.secrets[0]?.hint.slice(-4) ?? '']) {
    expect(await told(made, `/activity?key=${id}&ending=${ending}`)).toBe('')
  }
  expect(await told(made, `/activity?key=AAAAAAAAAAAAAAAA&ending=${replaced}`)).toBe('')
})
