import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { root } from '../../../tools/workspaces.mjs'
import { codeBlocks } from '../src/markdown.ts'
import { healthHosts, shutdownHost, showMetrics, whatHappens } from '../src/monitoring.ts'
import { toJavaScript } from '../src/quick-start.ts'
import { readText } from '../src/repository-files.ts'

// The code of the page, run as it stands there, by processes of its own: with what is built.
const blocks = codeBlocks(readText('docs/guides/monitoring.md'))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'claviger-monitoring-')))

beforeAll(() => {
  expect(inject('buildFailure')).toBe('')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const name of ['prometheus', 'opentelemetry', 'health-express', 'health-koa', 'shutdown']) {
    const block = blocks.find(({ testName }) => testName === name)
    if (block === undefined) throw new Error(`The page has no code marked ${name}.`)
    writeFileSync(join(folder, `${name}.mjs`), toJavaScript(block))
  }
  writeFileSync(join(folder, 'happen.mjs'), whatHappens)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(file: string, code: string): ChildProcessByStdio<null, Readable, null> {
  writeFileSync(join(folder, file), code)
  return spawn(process.execPath, [file], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
}

test('the recipe for Prometheus shows refusals, stored and lost counts, and failures', async () => {
  const shown = await text(run('show-prometheus.mjs', showMetrics.prometheus).stdout)
  expect(
    shown
      .split('\n')
      .filter((line) => line.startsWith('claviger_'))
      .sort(),
  ).toEqual([
    'claviger_denied_total{code="key_revoked",status="401"} 1',
    'claviger_denied_total{code="missing_credentials",status="401"} 1',
    'claviger_errors_total{during="usage"} 1',
    'claviger_lease_alive 1',
    'claviger_usage_dropped_total 0',
    'claviger_usage_pending 0',
    'claviger_usage_stored_total 3',
  ])
})

test('the recipe for OpenTelemetry gives the same to its SDK', async () => {
  const shown = await text(run('show-opentelemetry.mjs', showMetrics.opentelemetry).stdout)
  expect(shown.trim().split('\n').sort()).toEqual([
    'claviger.denied key_revoked 401 1',
    'claviger.denied missing_credentials 401 1',
    'claviger.errors usage 1',
    'claviger.lease.alive 1',
    'claviger.usage.dropped 0',
    'claviger.usage.pending 0',
    'claviger.usage.stored 3',
  ])
})

test('the recipe for a shutdown answers what is under way and stores every count', async () => {
  const child = run('host.mjs', shutdownHost)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const said = async (): Promise<string> => String((await lines.next()).value)
  try {
    const { port, token } = JSON.parse(await said()) as { port: number; token: string }
    const get = async (path: string): Promise<number> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } })
      await response.text()
      return response.status
    }
    for (let request = 0; request < 20; request += 1) expect(await get('/')).toBe(200)
    const underWay = get('/slow')
    expect(await said()).toBe('slow')
    child.kill('SIGTERM')
    expect(await underWay).toBe(200)
    expect(await said()).toBe('stored 21')
    if (child.exitCode === null) await once(child, 'exit')
    expect(child.exitCode).toBe(0)
  } finally {
    child.kill('SIGKILL')
  }
})

test.each(['express', 'koa'] as const)(
  'the recipe for readiness in %s follows the store: not ready, ready without any request, not ready, ready',
  async (framework) => {
    writeFileSync(join(folder, `host-${framework}.mjs`), healthHosts[framework])
    const child = spawn(process.execPath, [`host-${framework}.mjs`], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    try {
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
      const port = Number((await lines.next()).value)
      const probe = async (): Promise<{ status: number; body: Record<string, unknown> }> => {
        const response = await fetch(`http://127.0.0.1:${port}/ready`)
        return { status: response.status, body: (await response.json()) as Record<string, unknown> }
      }
      const shows = (status: number, body: object): Promise<void> =>
        expect.poll(probe, { timeout: 10_000 }).toMatchObject({ status, body })
      await shows(503, { ok: false, state: 'failed', store: 'down', lastError: { during: 'ready' } })
      child.stdin.write('back\n')
      await shows(200, { ok: true, state: 'ready', lease: 'alive' })
      child.stdin.write('away\n')
      await shows(503, { ok: false, state: 'ready', lease: 'lost', lastError: { during: 'poll' } })
      child.stdin.write('back\n')
      await shows(200, { ok: true, store: 'up' })
    } finally {
      child.kill('SIGKILL')
    }
  },
)
