import { memoryStore } from '@claviger/store-memory'
import type { Keyring } from '@claviger/core'
import type { RequestListener } from 'node:http'
import { agent } from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExampleKeyring, exampleProduct } from '../src/keyring.ts'
import type { Permission } from '../src/keyring.ts'
import { seed } from '../src/seed.ts'

const page = '/settings/api-keys'
const sent = { 'Sec-Fetch-Site': 'same-origin' }

/** What the example does on each framework. */
export function consoleStory(listenerFor: (keyring: Keyring<Permission>) => RequestListener): void {
  const store = memoryStore()
  const keyring = createExampleKeyring(store)
  const app = listenerFor(keyring)

  async function signedIn(member: string): Promise<ReturnType<typeof agent>> {
    const browser = agent(app)
    await browser
      .post('/sign-in')
      .type('form')
      .send({ member })
      .expect(302, /settings/)
    return browser
  }

  beforeAll(async () => {
    await seed(store, exampleProduct)
    await keyring.ready()
  })
  afterAll(() => keyring.close())

  describe('the example', () => {
    test('sends those who are not signed in to the sign-in page', async () => {
      const { text } = await agent(app).get(page).expect(401)
      expect(text).toContain('href="/sign-in"')
    })

    test('shows an admin every key of the workspace, with 90 days of usage', async () => {
      const ada = await signedIn('acme/ada')
      const { text } = await ada.get(page).expect(200)
      for (const name of [
        'Production website',
        'Nightly export',
        'Deployments',
        'Rotating',
        'Expiring',
        'J\u00fcrgen',
      ]) {
        expect(text).toContain(name)
      }
      const usage = await ada.get(`${page}/usage?range=90d`).expect(200)
      expect(usage.text).toContain('Owner left')
    })

    test('answers the links of its header: home, and the API reference', async () => {
      const ada = await signedIn('acme/ada')
      const { text } = await ada.get(page).expect(200)
      const links = [...text.matchAll(/href="(\/(?:docs)?)"/g)].map(([, link = '']) => link)
      expect(new Set(links)).toEqual(new Set(['/', '/docs']))
      for (const link of links) expect((await ada.get(link).expect(200)).text).toContain('<style>')
    })

    test('shows a developer their own keys, and a viewer none', async () => {
      const grace = await (await signedIn('acme/grace')).get(page).expect(200)
      expect(grace.text).toContain('Support macro tool')
      expect(grace.text).not.toContain('Production website')
      const kenji = await (await signedIn('acme/kenji')).get(page).expect(200)
      expect(kenji.text).toContain('Ask a workspace admin')
    })

    test('shows what a key has left of its limit', async () => {
      const ada = await signedIn('acme/ada')
      const { text } = await ada.get(page).expect(200)
      const [, id] = /keys\/([\w-]{16})"[^>]*><bdi>Production website/.exec(text) ?? []
      const { text: detail } = await ada.get(`${page}/keys/${id}`).expect(200)
      expect(detail).toContain('600 requests per minute')
    })

    test('names what still uses the old secret of a key that is rotating', async () => {
      const ada = await signedIn('acme/ada')
      const { text } = await ada.get(page).expect(200)
      const [, id] = /keys\/([\w-]{16})"[^>]*><bdi>Deployments/.exec(text) ?? []
      const { text: detail } = await ada.get(`${page}/keys/${id}`).expect(200)
      expect(detail).toContain('1 caller still uses it')
      const [still = ''] = detail.slice(detail.indexOf('Still using it')).split('Not back since the rotation')
      expect(still).toMatch(/python-requests.*10\.2\.0\.0\/16/s)
      expect(still).not.toContain('node')
    })

    test('creates a key that works', async () => {
      const ada = await signedIn('acme/ada')
      const form = {
        name: 'From the test',
        owner: 'self',
        environment: 'production',
        grants: 'default',
        expires: '90',
        once: 'a',
      }
      const { text } = await ada.post(`${page}/keys`).set(sent).type('form').send(form).expect(200)
      const [token] = /acme_production_[\w-]{40,}/.exec(text) ?? []
      expect(await keyring.verify(token)).toMatchObject({ ok: true, apiKey: { name: 'From the test' } })
    })

    test('signs out', async () => {
      const ada = await signedIn('acme/ada')
      await ada.post('/sign-out').expect(302)
      await ada.get(page).expect(401)
    })
  })
}
