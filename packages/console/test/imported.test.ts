import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ada, type Reply, type Scene, scene } from './support/scene.ts'

async function brought(): Promise<Scene & { readonly id: string }> {
  const made = scene({ importedTokens: { pattern: /^sk_live_[0-9a-f]{32}$/ } })
  const { results } = await made.keys.import([
    {
      tokenSha256: createHash('sha256')
        .update(`sk_live_${'0'.repeat(32)}`)
        .digest('hex'),
      name: 'Nightly job',
      environment: 'production',
      permissions: ['prompts:read'],
      owner: { type: 'user', id: 'ada' },
      hint: 'sk_live_0000',
    },
  ])
  const [result] = results
  if (result?.ok !== true) throw new Error('It was not imported.')
  return { ...made, id: result.id }
}

/** The secrets on the page of a key, the current one first: whether each is marked. */
function marksOf({ html }: Reply): readonly boolean[] {
  const [card = ''] = /aria-labelledby="secrets">.*?<\/section>/s.exec(html) ?? []
  return [...card.matchAll(/<li>.*?<\/li>/gs)].map(([secret]) => secret.includes('Imported'))
}

describe('an imported key', () => {
  test('is told apart in the list, in its facts and at its secret', async () => {
    const { as, id } = await brought()
    expect((await as(ada).get('')).html).toContain('\u00b7 imported')
    const detail = await as(ada).get(`/keys/${id}`)
    expect(detail.html).toContain('Issued elsewhere.')
    expect(marksOf(detail)).toEqual([true])
    expect(detail.html).toContain('imported the key')
  })

  test('has a mark at its old secret only while a rotation runs, and none after it', async () => {
    const { as, id, keys } = await brought()
    await keys.rotate(id, { overlap: '24h' })
    const during = await as(ada).get(`/keys/${id}`)
    expect(marksOf(during)).toEqual([false, true])
    expect(during.html).toContain('The previous secret was issued elsewhere.')
    await keys.endOverlap(id)
    const detail = await as(ada).get(`/keys/${id}`)
    expect(marksOf(detail)).toEqual([false])
    expect(detail.html).not.toContain('Imported')
    expect((await as(ada).get('')).html).not.toContain('\u00b7 imported')
  })

  test('of this keyring has no mark', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({
      name: 'Website',
      environment: 'production',
      owner: { type: 'user', id: 'ada' },
    })
    expect((await as(ada).get(`/keys/${key.id}`)).html.toLowerCase()).not.toContain('imported')
    expect((await as(ada).get('')).html.toLowerCase()).not.toContain('imported')
  })
})
