import { EventEmitter, once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memoryLimiter } from '@claviger/limits'
import { claviger, folder, makeKey, type Ran, someConfig, sqliteProject } from '../support/cli.ts'

/** Starts the console; `stop` is Ctrl+C. */
async function shown(
  cwd: string,
  config?: object,
): Promise<{ readonly url: string; readonly stop: () => Promise<Ran> }> {
  const user = new EventEmitter()
  let running: Promise<Ran> | undefined
  const url = await new Promise<string>((resolve, reject) => {
    running = claviger(config === undefined ? ['console'] : ['console', '--config', 'shown.mjs'], {
      cwd,
      io: {
        interrupted: () => once(user, 'interrupt').then(() => undefined),
        ...(config !== undefined && {
          importModule: async (name: string) => (name.endsWith('shown.mjs') ? { default: config } : import(name)),
        }),
      },
      onStderr(text) {
        const found = /http:\/\/\S+/.exec(text)?.[0]
        if (found !== undefined) resolve(found)
      },
    })
    running.then(({ stderr }) => reject(new Error(stderr)), reject)
  })
  const stop = async (): Promise<Ran> => {
    user.emit('interrupt')
    return (await running) as Ran
  }
  onTestFinished(async () => void (await stop()))
  return { url, stop }
}

/** A status, as a client that names any host gets it. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

describe('the console', () => {
  test('shows the keys of the workspace on this machine until Ctrl+C, and no token', async () => {
    const cwd = await sqliteProject()
    const { token } = await makeKey(cwd, 'Production')
    const { url, stop } = await shown(cwd)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const page = await fetch(url)
    const html = await page.text()
    expect([page.status, html.includes('Production'), html.includes(token)]).toEqual([200, true, false])
    expect(await stop()).toMatchObject({ exitCode: 0, stdout: '' })
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  test('shows the limits of the configuration on the page of a key', async () => {
    const cwd = await sqliteProject()
    const { id } = await makeKey(cwd, 'Production')
    writeFileSync(join(cwd, 'shown.mjs'), '// given by the test')
    const limits = [{ limiter: memoryLimiter(), by: 'key', rule: { requests: 600, per: '1m' } }]
    const { url } = await shown(cwd, { ...someConfig, store: 'sqlite:keys.db', limits })
    expect(await (await fetch(`${url}keys/${id}`)).text()).toContain('600 requests per minute')
  })

  test('changes nothing', async () => {
    const cwd = await sqliteProject()
    const { id } = await makeKey(cwd, 'Production')
    const { url } = await shown(cwd)
    expect(await (await fetch(url)).text()).not.toContain('keys/new')
    const revoked = await fetch(`${url}keys/${id}/revoke`, {
      method: 'POST',
      headers: { origin: new URL(url).origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'confirm=Production',
    })
    expect(revoked.status).toBe(403)
    expect((await claviger(['keys', 'get', id, '--json'], { cwd })).stdout).toContain('"status": "active"')
  })

  test('answers no page whose name only leads to this machine', async () => {
    const { url } = await shown(await sqliteProject())
    expect(await statusFor(url, 'evil.example')).toBe(403)
    expect(await statusFor(url, new URL(url).host)).toBe(200)
  })

  test('needs a store and a workspace, and a port that is free', async () => {
    const cwd = await sqliteProject()
    const { url } = await shown(cwd)
    const taken = await claviger(['console', '--port', new URL(url).port], { cwd })
    expect(taken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('EADDRINUSE') as string })
    expect(await claviger(['console', '--url', 'https://api.acme.example'], { cwd: folder() })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--store') as string,
    })
  })
})
