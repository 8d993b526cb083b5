import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { goal } from '../lib/goals.mjs'
import { milliseconds, skippedNote, times } from '../lib/report.mjs'
import { median, one, ratios, shuffled } from '../lib/statistics.mjs'

export const title = 'Start-up and size'

const root = new URL('../../', import.meta.url)
const here = new URL('../', import.meta.url)
const ours = '**Claviger**: core and Express adapter'
const imports = {
  jose: ['jose'],
  [ours]: ['@claviger/core', '@claviger/express'],
  'Claviger: core and Koa adapter': ['@claviger/core', '@claviger/koa'],
  'Claviger: core and Redis store': ['@claviger/core', '@claviger/store-redis'],
  'Claviger: core and SQL store': ['@claviger/core', '@claviger/store-sql'],
  'fast-jwt': ['fast-jwt'],
  'passport, passport-http-bearer': ['passport', 'passport-http-bearer'],
  'express-jwt': ['express-jwt'],
  'better-auth and its plugin': ['better-auth', '@better-auth/api-key'],
}

export async function run({ size }) {
  const rounds = { quick: 7, default: 15, full: 31 }[size]
  const { results, skipped } = measureImports(rounds)
  const base = results.get('jose')
  const rows = [...results].map(([name, list]) => [
    name,
    base === undefined ? '' : times(ratios(list, base)),
    milliseconds(median(list)),
  ])
  const packages = ['core', 'express', 'koa', 'store-memory', 'store-redis', 'store-sql']
  const sizes = new Map(packages.map((name) => [name, packedSize(name)]))
  return {
    tables: [
      { title: 'CPU of importing', columns: ['', 'x jose', 'CPU'], rows, note: skippedNote(skipped) },
      {
        title: 'Installed size of our packages',
        columns: ['package', 'kB', 'of that, code', 'declarations'],
        rows: [...sizes].map(([name, { all, code, types }]) => [
          `@claviger/${name}`,
          ...[all, code, types].map(kilobytes),
        ]),
      },
    ],
    goals: [
      goal('13a', base && ratios(results.get(ours), base), 0.35),
      goal('13b', one(sizes.get('core').all / 1_000), 300),
    ],
  }
}

function measureImports(rounds) {
  const results = new Map(Object.keys(imports).map((name) => [name, []]))
  const skipped = new Map()
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, list] of shuffled([...results])) {
      const cpuMs = measureImport(imports[name])
      if (cpuMs === undefined) {
        results.delete(name)
        skipped.set(name, 'not installed: npm ci --prefix bench')
      } else if (round >= 0) list.push(cpuMs)
    }
  }
  return { results, skipped }
}

function measureImport(names) {
  const script = `const before = process.cpuUsage()
    for (const name of ${JSON.stringify(names)}) await import(name)
    const { user, system } = process.cpuUsage(before)
    process.stdout.write(String((user + system) / 1000))`
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: here,
    encoding: 'utf8',
    timeout: 60_000,
  })
  return status === 0 ? Number(stdout) : undefined
}

/** Of the package as it would be published. */
function packedSize(name) {
  const cwd = fileURLToPath(new URL(`packages/${name}/`, root))
  const options = { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], options))
  const sum = (suffix) => files.filter(({ path }) => path.endsWith(suffix)).reduce((total, { size }) => total + size, 0)
  return { all: sum(''), code: sum('.cjs'), types: sum('.d.cts') }
}

function kilobytes(bytes) {
  return (bytes / 1_000).toFixed(0)
}
