import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { claviger, project, sqliteProject } from '../support/cli.ts'

/*
 * A table of any length goes through the command line: in memory that does not grow, checked before anything is stored.
 * CLAVIGER_IMPORT_ROWS=100000 is the size that was measured; CLAVIGER_IMPORT_URL is another store than SQLite, an empty one.
 */
const count = Number(process.env['CLAVIGER_IMPORT_ROWS'] ?? 3_000)
const url = process.env['CLAVIGER_IMPORT_URL']
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const importedTokens = { pattern: '^old_[0-9a-f]{32}$' }

async function writeTable(file: string): Promise<void> {
  const out = createWriteStream(file)
  out.write('token_hash,name,user_id,scopes,created_at\n')
  for (let index = 0; index < count; index += 1) {
    const token = `old_${index.toString(16).padStart(32, '0')}`
    const hash = createHash('sha256').update(token).digest('hex')
    const line = `${hash},key ${index},user-${index % 500},prompts:list,2025-03-04 05:06:07+00\n`
    if (!out.write(line)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

test(`${count} rows of CSV are checked, then brought in, in memory that does not grow`, {
  timeout: 1_800_000,
}, async () => {
  const cwd = url === undefined ? await sqliteProject({ importedTokens }) : project(url, { importedTokens })
  if (url !== undefined) expect((await claviger(['migrate'], { cwd })).exitCode).toBe(0)
  await writeTable(join(cwd, 'old.csv'))
  const argv = ['import', 'old.csv', '--from', 'csv', '--env', 'production', '--yes']
  const heaps: number[] = []
  const seen: string[] = []
  const startedAt = performance.now()
  const { exitCode, stderr } = await claviger(argv, {
    cwd,
    terminals: ['stderr'],
    onStderr(text) {
      const [kind] = /checked|imported/.exec(text.slice(text.lastIndexOf('\r'))) ?? []
      if (kind === undefined) return
      seen.push(kind)
      if (seen.length % Math.max(1, Math.floor(count / 1_000)) !== 0) return
      collectGarbage()
      heaps.push(process.memoryUsage().heapUsed / 2 ** 20)
    },
  })
  const seconds = (performance.now() - startedAt) / 1_000
  process.stdout.write(
    `${count} rows: ${seconds.toFixed(1)} s, heap ${Math.min(...heaps).toFixed(0)} to ${Math.max(...heaps).toFixed(0)} MB\n`,
  )
  expect(exitCode).toBe(0)
  expect(stderr).toContain(`Imported ${count.toLocaleString('en-US')} keys`)
  // The whole table is checked before its first key is stored.
  expect(seen.indexOf('imported')).toBeGreaterThan(seen.lastIndexOf('checked'))
  expect(seen.filter((step) => step === 'imported').length).toBeGreaterThan(count / 200)
  expect(Math.max(...heaps) - (heaps[0] ?? 0)).toBeLessThan(64)
  const again = await claviger([...argv, '--json'], { cwd })
  expect(JSON.parse(again.stdout)).toMatchObject({ imported: 0, present: count, failed: 0 })
})
