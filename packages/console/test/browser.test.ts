import type { Limiter } from '@claviger/core'
import axe from 'axe-core'
import { memoryStore } from '@claviger/store-memory'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, startChromium } from './support/chromium.ts'
import { ada, called, now, type Scene, scene, used } from './support/scene.ts'
import { served } from './support/served.ts'

const chromium = findChromium()

const limiterAt = (remaining: number): Limiter => ({
  consume: () => expect.unreachable(),
  peek: () => ({ isAllowed: remaining > 0, remaining, resetMs: 40_000 }),
})

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
    /** Whether the visitor is not known any more. */
    signOut(isOut: boolean): void
    open(path: string, options?: Parameters<Browser['newContext']>[0]): Promise<Page>
  }

  async function opened(): Promise<Opened> {
    const store = memoryStore()
    let isOut = false
    const made = scene({
      store,
      usage: { callers: true },
      clock: { now: () => now },
      signInUrl: '/sign-in',
      homeUrl: '/',
      links: [{ label: 'API reference', href: '/docs' }],
      actorLabel: ({ id }) => `${id}, admin`,
      authorize: () => (isOut ? null : ada),
      limits: [
        { limiter: limiterAt(588), by: 'key', rule: { requests: 600, per: '1m' } },
        { limiter: limiterAt(0), by: 'workspace', name: 'W'.repeat(40), rule: { requests: 10_000, per: 'month' } },
        { limiter: limiterAt(Number.NaN), by: 'owner', rule: { requests: 5, per: 'day' } },
      ],
    })
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
    await store.addCallers?.([
      called(key.id, 3, { version: 2 }),
      called(key.id, 600),
      ...['cron', 'k6', 'curl', 'okhttp', 'A'.repeat(48)].map((agent, index) =>
        called(key.id, 0, { agent, lastUsedAt: now + 4 - index }),
      ),
    ])
    const { url, close } = await served(made.page, '/settings/api-keys')
    closing.push(() => made.keyring.close(), close)
    return {
      ...made,
      url,
      keyId: key.id,
      accountId: account.id,
      signOut(out) {
        isOut = out
      },
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
      `/service-accounts/${accountId}/edit`,
      `/service-accounts/${accountId}/delete`,
      '/activity',
      '/activity?when=dates&key=nothing',
      '/troubleshoot',
      `/troubleshoot?key=${keyId}`,
      `/keys/new?like=${keyId}`,
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
    await page.click('main button[type=submit]')
    await page.waitForSelector('[data-token]')
    expect(['reveal', await findings(page)]).toEqual(['reveal', []])
    await page.click('[data-hide]')
    expect(['hidden', await findings(page)]).toEqual(['hidden', []])
  })

  test.each(['light', 'dark'] as const)(
    'axe finds nothing in any state that follows from a form, %s',
    async (colorScheme) => {
      const { open, url, keyId, keys, keyring, signOut } = await opened()
      const page = await open('/review', { colorScheme })
      page.on('dialog', (dialog) => void dialog.accept())
      const look = async (name: string): Promise<void> => expect([name, await findings(page)]).toEqual([name, []])
      await page.locator('input[name=id]').first().check()
      await page.click('button[value=disable]')
      await page.waitForSelector('[name=confirmed]', { state: 'attached' })
      await look('bulk confirmation')
      await page.click('main button[type=submit]')
      await page.getByText('Disabled 1 of 1').waitFor()
      await look('bulk results')
      await page.goto(`${url}/troubleshoot`)
      await page.fill('#f-token', keyId)
      await page.click('main button[type=submit]')
      await page.waitForSelector('.steps')
      await look('diagnosis')
      await page.fill('#f-token', 'nothing')
      await page.click('main button[type=submit]')
      await page.getByText('has this in its name').waitFor()
      await look('no such key')
      await keys.revoke(keyId)
      await page.goto(`${url}/keys/${keyId}`)
      await look('revoked')
      signOut(true)
      await page.goto(url)
      await page.getByText('Sign in to see API keys').waitFor()
      await look('signed out')
      signOut(false)
      await keyring.close()
      await page.goto(url)
      await page.getByText('This page could not be loaded').waitFor()
      await look('unavailable')
    },
  )

  test.each(['light', 'dark'] as const)(
    'choosing one by one begins with nothing ticked, and what goes beyond the account is marked, %s',
    async (colorScheme) => {
      const { open, accountId } = await opened()
      const page = await open('/keys/new', { colorScheme })
      const ticked = (): Promise<string[]> =>
        page
          .locator('[name=permissions]:checked')
          .evaluateAll((boxes) => boxes.map((box) => box.getAttribute('value') ?? ''))
      const marked = (): Promise<string[]> =>
        page
          .locator('[data-beyond]:visible')
          .evaluateAll((notes) => notes.map((note) => note.getAttribute('data-beyond') ?? ''))
      await page.check('[name=grants][value=preset-0]')
      await page.check('[name=grants][value=custom]')
      expect(await ticked()).toEqual([])
      expect(await marked()).toEqual([])
      await page.check('[name=owner][value=service]')
      await page.selectOption('#f-account', accountId)
      const beyond = ['runs:read', 'runs:create', 'billing:read']
      expect(await marked()).toEqual(['prompts:list prompts:read runs:read billing:read', ...beyond, 'keys:manage'])
      expect(await findings(page)).toEqual([])
      await page.check('[name=owner][value=self]')
      expect(await marked()).toEqual([])
    },
  )

  test.each([true, false])('every flow works, with JavaScript: %s', async (javaScriptEnabled) => {
    const { open, url, keys, keyring, accountId } = await opened()
    const page = await open('/keys/new', { javaScriptEnabled, acceptDownloads: true })
    page.on('dialog', (dialog) => void dialog.accept())
    const submit = (): Promise<void> => page.click('main form.form button[type=submit]')
    const owner = { type: 'user', id: 'ada' } as const

    await page.fill('#f-name', 'Flow')
    await page.check('[name=owner][value=self]')
    await page.check('[name=environment][value=development]')
    await page.check('[name=expires][value="30"]')
    await submit()
    const token = await page.inputValue('[data-token]')
    const verification = await keyring.verify(token)
    expect(verification.ok).toBe(true)
    const id = verification.ok ? verification.apiKey.id : ''
    const at = (deed: string): Promise<unknown> => page.goto(`${url}/keys/${id}${deed}`)

    await at('/edit')
    await page.fill('#f-name', 'Flow, edited')
    await submit()
    await page.getByText('The changes are saved.').waitFor()
    await at('/rotate')
    await page.check('[name=overlap][value="1h"]')
    await submit()
    expect((await keyring.verify(await page.inputValue('[data-token]'))).ok).toBe(true)
    expect((await keyring.verify(token)).ok).toBe(true)
    await at('/end-overlap')
    await submit()
    await page.getByText('The previous secret stopped working.').waitFor()
    await at('/disable')
    await page.fill('#f-reason', 'Checking')
    await submit()
    await page.getByText('Checking').first().waitFor()
    expect((await keys.get(id)).status).toBe('disabled')
    await at('/enable')
    await submit()
    await page.getByText('The key is enabled.').waitFor()
    await at('/transfer')
    await page.check(`[value="service:${accountId}"]`)
    await submit()
    await page.getByText('The key has a new owner.').waitFor()

    const { key: leaked } = await keys.create({ name: 'Leaked', environment: 'production', owner })
    await page.goto(`${url}/keys/${leaked.id}/revoke`)
    await page.fill('#f-confirm', 'Leakt')
    await submit()
    await page.getByText('or its last 4 characters').first().waitFor()
    await page.fill('#f-confirm', leaked.hint.slice(-4))
    await submit()
    await page.getByText('get 401, permanently.').waitFor()
    expect((await keys.get(leaked.id)).status).toBe('revoked')

    await page.goto(`${url}/review`)
    await page.locator('input[name=id]').first().check()
    await page.click('button[value=disable]')
    await page.waitForSelector('[name=confirmed]', { state: 'attached' })
    await submit()
    await page.getByText('Disabled 1 of 1').waitFor()
    await page.goto(`${url}/leaving?user=ada`)
    await page.getByText('What stops when').first().waitFor()

    await page.goto(`${url}/service-accounts/new`)
    await page.fill('#f-name', 'robot')
    await page.locator('[name=permissions]').first().check()
    await submit()
    await page.getByText('The service account is ready.').waitFor()

    await page.goto(`${url}/usage?range=7d`)
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('CSV by key').click()])
    expect(download.suggestedFilename()).toMatch(/\.csv$/)
    await page.goto(`${url}/troubleshoot`)
    await page.fill('#f-token', token)
    await page.click('main button[type=submit]')
    await page.waitForSelector('.steps')
    expect(await page.content()).not.toContain(token)

    await page.goto(url)
    await page.fill('[name=q]', token)
    await page.press('[name=q]', 'Enter')
    await page.waitForURL(/\?q=/)
    expect(page.url()).not.toContain(token.slice(-20))
    expect(await page.locator('tbody tr').count()).toBe(1)
    await page.goto(`${url}/activity`)
    await page.fill('[name=key]', 'Flow, edited')
    await page.press('[name=key]', 'Enter')
    await page.waitForURL(new RegExp(`key=${id}`))
    await page.getByText('Transferred the key').last().waitFor()
  })

  test('a token can be hidden and still be copied; a line for a file is copied with it', async () => {
    const { open } = await opened()
    const page = await open('/keys/new')
    page.on('dialog', (dialog) => void dialog.accept())
    // The policy of the page forbids to read the clipboard: what is written to it is kept here.
    await page.addInitScript('navigator.clipboard.writeText = async (text) => void (window.written = text)')
    await page.fill('#f-name', 'Hidden')
    await page.click('main form.form button[type=submit]')
    const token = await page.inputValue('[data-token]')
    const icon = (): Promise<string> => page.locator('[data-hide] .icon:visible').innerHTML()
    const whileShown = await icon()
    await page.click('[data-hide]')
    expect(await icon()).not.toBe(whileShown)
    expect(await page.inputValue('[data-token]')).toBe('\u2022'.repeat(token.length))
    expect(await page.textContent('[data-hide]')).toContain('Show')
    await page.click('[data-copy]')
    await page.getByText('Key copied.').waitFor()
    expect(await page.evaluate<string>('window.written')).toBe(token)
    await page.locator('[data-copy-text]').first().click()
    await page.getByText('Copied with the key in it.').waitFor()
    expect(await page.evaluate<string>('window.written')).toBe(`API_KEY=${token}`)
    await page.click('[data-hide]')
    expect(await page.inputValue('[data-token]')).toBe(token)
    // By hand: what stands for the key is not mistaken for it, and what is copied has it.
    expect(await page.textContent('.copyable pre')).toBe('API_KEY=<paste the key>')
    const copied = await page.evaluate<string>(`(() => {
      getSelection().selectAllChildren(document.querySelector('.copyable pre'))
      const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true })
      document.querySelector('.copyable pre').dispatchEvent(event)
      return event.clipboardData.getData('text/plain')
    })()`)
    expect(copied).toBe(`API_KEY=${token}`)
  })

  test('nothing is cut off at twice the size of text, and with forced colours choices are told apart', async () => {
    const { open, url, keyId } = await opened()
    const page = await open('', { viewport: { width: 640, height: 800 }, deviceScaleFactor: 2, forcedColors: 'active' })
    for (const path of ['', '/keys/new', `/keys/${keyId}`, '/review', '/usage']) {
      await page.goto(`${url}${path}`)
      expect([path, await page.evaluate<number>('document.documentElement.scrollWidth')]).toEqual([path, 640])
    }
    await page.goto(`${url}/keys/new`)
    const chosen = await page.evaluate<string>(
      "getComputedStyle(document.querySelector('.choice:has(:checked)')).outlineStyle",
    )
    expect(chosen).toBe('solid')
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

  test('on a screen of 360 pixels every tab and filter is read whole, and a menu opens within the screen', async () => {
    const { open, keys } = await opened()
    await keys.create({ name: 'Other', environment: 'development', owner: { type: 'user', id: 'ada' } })
    const page = await open('', { viewport: { width: 360, height: 720 }, hasTouch: true, isMobile: true })
    expect(
      await page
        .locator('.tabs a')
        .evaluateAll((tabs) =>
          tabs.filter((tab) => tab.getBoundingClientRect().right > 360).map((tab) => tab.textContent),
        ),
    ).toEqual([])
    await page.click('.fold summary')
    const cut = await page.evaluate<readonly string[]>(`
      [...document.querySelectorAll('.toolbar select')].flatMap((select) => {
        const { font, paddingLeft, paddingRight } = getComputedStyle(select)
        const pen = document.createElement('canvas').getContext('2d')
        pen.font = font
        const text = select.selectedOptions[0].textContent
        const room = select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
        return pen.measureText(text).width > room ? [text + ': ' + pen.measureText(text).width + ' in ' + room] : []
      })
    `)
    expect(cut).toEqual([])
    const summary = page.locator('.menu summary').last()
    await summary.evaluate((element) => element.scrollIntoView({ block: 'end' }))
    await summary.click()
    const last = page.locator('.menu[open] a').last()
    expect(await last.textContent()).toContain('Revoke')
    await expect
      .poll(async () => {
        const { x = 0, y = 0, width = 0, height = 0 } = (await last.boundingBox()) ?? {}
        return x >= 0 && x + width <= 360 && y >= 0 && y + height <= 720
      })
      .toBe(true)
  })

  test.each([
    [true, 'light'],
    [false, 'dark'],
  ] as const)(
    'on a phone the first key is seen whole without scrolling, with JavaScript: %s',
    async (javaScriptEnabled, colorScheme) => {
      const { open, url } = await opened()
      const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }
      const page = await open('', { ...phone, javaScriptEnabled, colorScheme })
      const bottomOf = async (selector: string): Promise<number> => {
        const { y, height } = (await page.locator(selector).first().boundingBox()) ?? expect.unreachable()
        return y + height
      }
      for (const [path, first] of [
        ['', '.keys tbody tr'],
        ['/?q=Website', '.keys tbody tr'],
        ['/review', '.review tbody tr'],
        ['/service-accounts', '.cards tbody tr'],
        ['/activity', '.log tbody tr'],
        ['/usage', '.stats'],
      ] as const) {
        await page.goto(`${url}${path}`)
        expect([path, (await bottomOf(first)) <= 740]).toEqual([path, true])
      }
    },
  )

  test.each([true, false])('on a phone filters are behind a button, with JavaScript: %s', async (javaScriptEnabled) => {
    const { open, url } = await opened()
    const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }
    const page = await open('', { ...phone, javaScriptEnabled })
    for (const [path, filter] of [
      ['', 'environment'],
      ['/activity', 'action'],
    ] as const) {
      await page.goto(`${url}${path}`)
      expect(await page.isVisible(`[name=${filter}]`)).toBe(false)
      await page.click('.fold summary')
      expect(await page.isVisible(`[name=${filter}]`)).toBe(true)
      if (javaScriptEnabled) expect(await findings(page)).toEqual([])
    }
    await page.selectOption('[name=action]', 'key.rotated')
    if (!javaScriptEnabled) await page.click('[data-apply]')
    await page.waitForURL(/action=key.rotated/)
    expect((await page.textContent('.fold summary'))?.trim()).toBe('Filters (1)')
    expect(await page.locator('tbody tr').count()).toBe(1)
  })

  test.each([768, 1280])(
    'on a screen of %s pixels filters, figures and the one thing to do are all seen',
    async (width) => {
      const { open, url } = await opened()
      const page = await open('', { viewport: { width, height: 900 } })
      const seen = (selector: string): Promise<number> => page.locator(`${selector}:visible`).count()
      expect([await seen('.fold'), await seen('.toolbar select'), await seen('.stat')]).toEqual([0, 4, 5])
      const tops = await Promise.all(
        ['h1', '.head .button'].map(async (one) => (await page.locator(one).boundingBox())?.y),
      )
      expect(Math.abs((tops[0] ?? 0) - (tops[1] ?? 999))).toBeLessThan(20)
      await page.goto(`${url}/activity`)
      expect([await seen('.fold'), await seen('.toolbar select')]).toEqual([0, 3])
    },
  )

  test.each([true, false])('the log is asked for days, with JavaScript: %s', async (javaScriptEnabled) => {
    const { open } = await opened()
    const page = await open('/activity', { javaScriptEnabled })
    expect(await page.isVisible('[name=from]')).toBe(false)
    await page.selectOption('[name=when]', 'dates')
    await page.locator('[name=from]').waitFor()
    await page.fill('[name=from]', '2030-06-12')
    await page.fill('[name=to]', '2030-06-12')
    await page.click('text=Show days')
    await page.waitForURL(/when=dates&from=2030-06-12&to=2030-06-12/)
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(0)
    expect(await page.inputValue('[name=from]')).toBe('2030-06-12')
    if (javaScriptEnabled) expect(await findings(page)).toEqual([])
    await page.fill('[name=from]', '2030-06-13')
    await page.fill('[name=to]', '')
    await page.click('text=Show days')
    await page.getByText('Nothing was done in this time that fits: From Jun 13, 2030').waitFor()
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

  test('a wrong confirmation is said in the dialog, keeps the reason, and the next one revokes', async () => {
    const { open, keys, keyId } = await opened()
    const page = await open(`/keys/${keyId}`)
    await page.locator('a[data-dialog][href*="revoke"]').first().click()
    const dialog = page.locator('dialog')
    await dialog.locator('[name=reason]').fill('Leaked in a chat')
    for (const typed of ['', 'Web']) {
      await dialog.locator('[name=confirm]').fill(typed)
      const answered = page.waitForResponse((response) => response.status() === 422)
      await dialog.locator('[type=submit]').click()
      await answered
      await dialog.locator('.problem').waitFor()
      expect(await dialog.locator('[name=reason]').inputValue()).toBe('Leaked in a chat')
    }
    await page.waitForFunction("document.activeElement.getAttribute('name') === 'confirm'")
    await dialog.locator('[name=confirm]').fill('Website')
    await dialog.locator('[type=submit]').click()
    await page.getByText('get 401, permanently.').waitFor()
    expect((await keys.get(keyId)).status).toBe('revoked')
  })

  test('on a phone the head has three rows, and no button covers the code of an example', async () => {
    const { open } = await opened()
    const page = await open('/keys/new', { viewport: { width: 360, height: 740 } })
    expect((await page.locator('header.bar').boundingBox())?.height).toBeLessThanOrEqual(136)
    const [inLine, inMenu] = [page.locator('.bar-links a'), page.locator('.bar-menu')]
    expect([await inLine.isVisible(), await inMenu.isVisible()]).toEqual([false, true])
    await page.setViewportSize({ width: 1280, height: 740 })
    expect([await inLine.isVisible(), await inMenu.isVisible()]).toEqual([true, false])
    await page.setViewportSize({ width: 360, height: 740 })
    await page.fill('#f-name', 'Example')
    await page.check('[name=owner][value=self]')
    await page.check('[name=environment][value=development]')
    await page.click('main [type=submit]')
    await page.waitForSelector('[data-token]')
    for (const example of await page.locator('.copyable').all()) {
      await example.locator('xpath=..').evaluate((details) => details.setAttribute('open', ''))
      const [code, button] = [await example.locator('pre').boundingBox(), await example.locator('button').boundingBox()]
      expect((code?.y ?? 0) + (code?.height ?? 0)).toBeLessThanOrEqual(button?.y ?? 0)
      expect(await example.locator('pre').evaluate((pre) => pre.scrollWidth <= pre.clientWidth)).toBe(true)
    }
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

  test('leads by keyboard from the banner to the callers of the old secret, and opens the rest of them', async () => {
    const { open, keyId } = await opened()
    const page = await open(`/keys/${keyId}`)
    await page.getByRole('link', { name: '5 callers still use it' }).press('Enter')
    expect(new URL(page.url()).hash).toBe('#secrets')
    const last = page.getByText('A'.repeat(48))
    expect(await last.isVisible()).toBe(false)
    const more = page.getByText('Show 2 more')
    await more.focus()
    await page.keyboard.press('Enter')
    expect(await last.isVisible()).toBe(true)
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(1280)
    await page.setViewportSize({ width: 320, height: 900 })
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(320)
  })

  test('closes a menu with Escape, and applies filters as they are chosen', async () => {
    const { open } = await opened()
    const page = await open('')
    await page.locator('main .menu summary').first().focus()
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
