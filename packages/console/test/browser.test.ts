import axe from 'axe-core'
import { memoryStore } from '@claviger/store-memory'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, startChromium } from './support/chromium.ts'
import { type Scene, scene, used } from './support/scene.ts'
import { served } from './support/served.ts'

const chromium = findChromium()

if (chromium === undefined && process.env.CI === 'true') throw new Error('There is no Chromium to test with.')

describe.skipIf(chromium === undefined)('in Chromium', () => {
  let browser: Browser
  let closing: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    browser = await startChromium(chromium ?? '')
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    for (const close of closing.toReversed()) await close()
    closing = []
  })

  interface Opened extends Scene {
    readonly page: Scene['page']
    readonly url: string
    readonly keyId: string
    readonly accountId: string
    open(path: string, options?: Parameters<Browser['newContext']>[0]): Promise<Page>
  }

  async function opened(): Promise<Opened> {
    const store = memoryStore()
    const made = scene({ store, clock: { now: () => Date.UTC(2030, 5, 12, 10) } })
    const account = await made.keys.serviceAccounts.create({ name: 'ci-bot', permissions: ['prompts:*'] })
    const { key } = await made.keys.create({
      name: 'Website',
      environment: 'production',
      owner: { type: 'user', id: 'ada' },
      permissions: ['prompts:*', 'runs:read'],
      expiresIn: '3d',
    })
    await made.keys.create({ name: 'CI', environment: 'development', owner: { type: 'service', id: account.id } })
    await made.keys.rotate(key.id, { overlap: '24h' })
    await store.addUsage?.(used(key.id, 120))
    const { url, close } = await served(made.page, '/settings/api-keys')
    closing.push(() => made.keyring.close(), close)
    return {
      ...made,
      url,
      keyId: key.id,
      accountId: account.id,
      async open(path, options = {}) {
        const context: BrowserContext = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
        closing.push(() => context.close())
        const page = await context.newPage()
        page.on('pageerror', (error) => {
          throw error
        })
        await page.goto(`${url}${path}`)
        return page
      },
    }
  }

  async function findings(page: Page): Promise<readonly string[]> {
    // The policy of the page forbids scripts from elsewhere: this one comes through the debugger.
    await page.evaluate(axe.source)
    return page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
      ).axe.run()
      interface Violation {
        readonly id: string
        readonly nodes: readonly { readonly target: readonly unknown[] }[]
      }
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
    })
  }

  test.each(['light', 'dark'] as const)('axe finds nothing on any page, %s', async (colorScheme) => {
    const { open, url, keyId, accountId } = await opened()
    const page = await open('', { colorScheme })
    const deeds = ['', '/edit', '/rotate', '/disable', '/revoke', '/transfer', '/end-overlap'].map(
      (deed) => `/keys/${keyId}${deed}`,
    )
    const paths = [
      '',
      '?q=nothing',
      '/keys/new',
      ...deeds,
      '/keys/AAAAAAAAAAAAAAAA',
      '/review',
      '/leaving?user=ada',
      '/usage',
      '/service-accounts',
      '/service-accounts/new',
      `/service-accounts/${accountId}`,
      `/service-accounts/${accountId}/delete`,
      '/activity',
      '/troubleshoot',
    ]
    for (const path of paths) {
      await page.goto(`${url}${path}`)
      expect([path, await findings(page)]).toEqual([path, []])
    }
    await page.goto(`${url}/keys/new`)
    await page.locator('form.form').evaluate((form) => form.setAttribute('novalidate', ''))
    await page.click('button[type=submit]')
    expect(['mistakes', await findings(page)]).toEqual(['mistakes', []])
    await page.fill('#f-name', 'New')
    await page.click('button[type=submit]')
    expect(['reveal', await findings(page)]).toEqual(['reveal', []])
  })

  test('no page is wider than a screen of 320 pixels', async () => {
    const { open, url, keyId } = await opened()
    const page = await open('', { viewport: { width: 320, height: 640 } })
    for (const path of [
      '',
      '/keys/new',
      `/keys/${keyId}`,
      `/keys/${keyId}/revoke`,
      '/review',
      '/usage',
      '/activity',
      '/troubleshoot',
    ]) {
      await page.goto(`${url}${path}`)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      expect([path, width]).toEqual([path, 320])
    }
  })

  test('creates a key by keyboard, copies it, and leaves nothing behind', async () => {
    const { open, keyring } = await opened()
    const page = await open('', { permissions: ['clipboard-read', 'clipboard-write'] })
    await press(page, 'Create API key', 'Enter')
    await page.waitForURL(/keys\/new/)
    await page.focus('#f-name')
    await page.keyboard.type('By keyboard')
    await press(page, 'Create key', 'Enter')
    await page.waitForSelector('[data-token]')
    const token = await page.inputValue('[data-token]')
    expect((await keyring.verify(token)).ok).toBe(true)

    await page.click('[data-leave]')
    expect(await page.textContent('dialog h2')).toBe('Close without copying?')
    await page.keyboard.press('Enter')
    await page.waitForSelector('dialog', { state: 'detached' })

    await press(page, 'Copy key', 'Enter')
    await page.getByText('Key copied.').waitFor()
    await press(page, 'Done', 'Enter')
    await page.waitForURL(/keys\/[\w-]{16}$/)
    // Chromium asks before it sends a form again.
    await page.goBack().catch(() => undefined)
    await expect.poll(() => page.content().catch(() => '')).not.toBe('')
    expect(await page.content()).not.toContain(token)
  })

  test('does not say that a key was copied when it was not', async () => {
    const { open } = await opened()
    const page = await open('/keys/new')
    await page.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.reload()
    await page.fill('#f-name', 'x')
    await page.click('button[type=submit]')
    await page.click('[data-copy]')
    expect(await page.textContent('[data-said]')).toContain('Ctrl+C')
    expect(await page.textContent('[data-copy]')).toContain('Copy key')
    const selected = await page.evaluate<string>('getSelection().toString() || document.activeElement.value')
    expect(selected).toBe(await page.inputValue('[data-token]'))
  })

  test('rotates and revokes by keyboard, in dialogs that give the focus back', async () => {
    const { open, keys, url } = await opened()
    const { key } = await keys.create({ name: 'Other', environment: 'development', owner: { type: 'user', id: 'ada' } })
    const page = await open(`/keys/${key.id}`)
    await press(page, 'Rotate', 'Enter')
    await page.waitForSelector('dialog[open]')
    expect(await findings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.waitForSelector('dialog', { state: 'detached' })
    expect(await page.evaluate<string>('document.activeElement.textContent.trim()')).toBe('Rotate')
    await press(page, 'Rotate', 'Enter')
    await press(page, 'Rotate secret', 'Enter', 'dialog ')
    await page.waitForSelector('[data-token]')
    expect((await keys.get(key.id)).status).toBe('rotating')

    page.on('dialog', (dialog) => void dialog.accept())
    await page.goto(`${url}/keys/${key.id}`)
    await press(page, 'Revoke', 'Enter')
    await page.waitForSelector('dialog[open]')
    expect(await page.evaluate<string>('document.activeElement.textContent.trim()')).toBe('Cancel')
    await press(page, 'Revoke key', 'Enter', 'dialog ')
    await page.getByText('get 401, permanently.').waitFor()
    expect((await keys.get(key.id)).status).toBe('revoked')
  })

  test('closes a menu with Escape, and applies filters as they are chosen', async () => {
    const { open } = await opened()
    const page = await open('')
    await page.locator('.menu summary').first().focus()
    await page.keyboard.press('Enter')
    expect(await page.locator('.menu[open]').count()).toBe(1)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    expect(await page.locator('.menu[open]').count()).toBe(0)
    expect(await page.evaluate<string>('document.activeElement.tagName')).toBe('SUMMARY')
    await page.selectOption('[name=environment]', 'development')
    await page.waitForURL(/environment=development/)
    expect(await page.locator('tbody tr').count()).toBe(1)
  })
})

/** Focuses what is called so, and presses a key. */
async function press(page: Page, name: string, key: string, within = ''): Promise<void> {
  const found = page.locator(`${within}a, ${within}button`).filter({ hasText: name }).first()
  await found.focus()
  await page.keyboard.press(key)
}
