import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { openApiDocument } from '../../src/index.ts'

const run = promisify(execFile)
const manifest = createRequire(import.meta.url).resolve('@redocly/cli/package.json')

test('the OpenAPI document passes the strictest rule set of a public linter without a warning', {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'claviger-openapi-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const config = join(folder, 'redocly.yaml')
  const document = join(folder, 'openapi.json')
  const served = openApiDocument({ serverUrl: 'https://acme.example/api/api-keys' })
  await writeFile(config, JSON.stringify({ extends: ['recommended-strict'], telemetry: 'off' }))
  await writeFile(document, JSON.stringify(served))
  const { bin } = JSON.parse(await readFile(manifest, 'utf8')) as { readonly bin: Readonly<Record<string, string>> }
  const linter = join(dirname(manifest), bin['redocly'] ?? '')
  const { stdout } = await run(process.execPath, [linter, 'lint', document, '--config', config, '--format', 'json'], {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  }).catch((error: { readonly stdout: string }) => error)
  const { problems, totals } = JSON.parse(stdout) as { readonly problems: unknown; readonly totals: unknown }
  expect(problems).toEqual([])
  expect(totals).toMatchObject({ errors: 0, warnings: 0 })
})
