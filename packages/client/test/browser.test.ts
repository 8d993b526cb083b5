import { runInNewContext } from 'node:vm'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { describe, expect, test } from 'vitest'
import { isBrowser } from '../src/browser.ts'

describe('a browser is', () => {
  test.each([
    ['a page', { document: {} }],
    ['a page with a half process of a bundler', { document: {}, process: { versions: {}, env: {} } }],
    ['a page in Electron', { document: {}, process: { versions: { node: '22.0.0' }, type: 'renderer' } }],
    ['a worker', { DedicatedWorkerGlobalScope: globalThis.Object }],
    ['a shared worker', { SharedWorkerGlobalScope: globalThis.Object }],
    ['a service worker', { registration: {} }],
  ])('%s', (_title, scope) => {
    expect(isBrowser(scope)).toBe(true)
  })
})

describe('a server is', () => {
  test.each([
    ['Node', { process: { versions: { node: '22.0.0' } } }],
    ['Node with jsdom', { process: { versions: { node: '22.0.0' } }, document: {} }],
    [
      'a worker of Deno or Bun',
      { process: { versions: { node: '22.0.0' } }, DedicatedWorkerGlobalScope: globalThis.Object },
    ],
    ['an edge runtime', {}],
    ['this process', globalThis as object],
  ])('%s', (_title, scope) => {
    expect(isBrowser(scope)).toBe(false)
  })
})

describe('the package, with nothing but web standards around it', () => {
  const bundled = (async () => {
    const build = await rolldown({
      input: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
      platform: 'neutral',
    })
    const { output } = await build.generate({ format: 'iife', name: 'client' })
    await build.close()
    return output[0].code
  })()
  const web = {
    URL,
    Headers,
    Request,
    Response,
    AbortController,
    TextDecoder,
    Blob,
    FormData,
    URLSearchParams,
    ArrayBuffer,
    performance,
  }

  test('loads and sends where there is no process, as in an edge runtime', async () => {
    const seen: string[] = []
    const fetch = async (url: string): Promise<Response> => {
      seen.push(url)
      return new Response('fine')
    }
    const code = `${await bundled}
      client.createFetch({ apiKey: 'sk_0123456789', otherForms: /sk_\\d+/, baseUrl: 'https://api.acme.example/v1' })('/prompts').then((r) => r.text())`
    expect(await runInNewContext(code, { ...web, fetch, setTimeout, clearTimeout })).toBe('fine')
    expect(seen).toEqual(['https://api.acme.example/v1/prompts'])
  })

  test('refuses to run on a page, and says why', async () => {
    const calls = [
      "client.apiKeyFromEnv('ACME_API_KEY')",
      "client.apiKey('x')",
      "client.createFetch({ apiKey: 'x', baseUrl: 'https://a.example' })",
    ]
    for (const call of calls) {
      const code = `${await bundled}\ntry { ${call} } catch (error) { error.code + ': ' + error.message }`
      const said: unknown = runInNewContext(code, { ...web, document: {}, window: {} })
      expect(said).toMatch(/^setup: \w+ does not run in a browser: every visitor of the page could read the API key\./)
    }
  })
})
