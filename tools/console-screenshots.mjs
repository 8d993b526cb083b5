// Takes the pictures of the console in docs/images, of the example with its 90 days of usage. Needs `npm run build` and a
// Chromium; `CHROMIUM` names one that is not in /usr/bin.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const root = join(fileURLToPath(new URL('.', import.meta.url)), '..')
const example = (file) => import(pathToFileURL(join(root, 'examples', file)).href)
const { createApp } = await example('console-express/dist/app.js')
const { createExampleKeyring, exampleProduct, openStore, seed } = await example('console-demo/dist/index.js')

const { store } = await openStore(':memory:')
await seed(store, exampleProduct)
const keyring = createExampleKeyring(store)
await keyring.ready()
const server = createServer(createApp(keyring)).listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${server.address().port}`
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
})

/** Creates a key: its page is the picture. The key is of the example and ends with it. */
async function reveal(page) {
  await page.fill('#f-name', 'Release pipeline')
  await page.click('form.form button[type=submit]')
  await page.waitForSelector('[data-token]')
}

const shots = [
  { name: 'console-list-light', open: '' },
  { name: 'console-list-phone', open: '', width: 360, mode: 'dark', height: 900 },
  { name: 'console-key-dark', open: 'Deployments', mode: 'dark' },
  { name: 'console-create-light', open: '/keys/new' },
  { name: 'console-usage-light', open: '/usage' },
  { name: 'console-review-dark', open: '/review', mode: 'dark' },
  { name: 'console-activity-light', open: '/activity' },
  { name: 'console-reveal-light', open: '/keys/new', act: reveal },
]
try {
  for (const { name, open, mode = 'light', width = 1280, height = 900, act } of shots) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: mode })
    const page = await context.newPage()
    // Leaving a key that was not copied is asked for.
    page.on('dialog', (dialog) => void dialog.accept())
    await page.goto(`${origin}/sign-in`)
    await page.click('button[value="acme/ada"]')
    if (open.startsWith('/')) await page.goto(`${origin}/settings/api-keys${open}`)
    else if (open !== '') await page.click(`a.title:has-text("${open}")`)
    await act?.(page)
    await page.screenshot({ path: join(root, 'docs/images', `${name}.png`) })
    await context.close()
  }
} finally {
  await browser.close()
  server.closeAllConnections()
  server.close()
  await keyring.close()
}
