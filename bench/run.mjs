// What Claviger costs, beside what it is compared with. What each scenario does, and how: README.md beside this file.
//
//   npm run bench [-- --quick | --full] [--only verify,http] [--keys 1,1000] [--no-peers] [--write-docs]
//   npm run bench -- --against ../before [--quick | --full]
//   --smoke: only whether it runs, in seconds; the figures mean nothing and nothing is written
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeDocument } from './lib/document.mjs'
import { goalRow } from './lib/goals.mjs'
import { machine } from './lib/machine.mjs'
import { markdownSection, markdownTable } from './lib/report.mjs'
import { stopServers } from './lib/servers.mjs'
import { scenarios } from './scenarios/index.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    keys: { type: 'string' },
    peers: { type: 'boolean', default: true },
    smoke: { type: 'boolean', default: false },
    against: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
  },
  allowNegative: true,
})
const wanted = values.against === undefined ? Object.keys(scenarios).filter((name) => name !== 'against') : ['against']
const only = values.only?.split(',') ?? wanted
const unknown = only.filter((name) => scenarios[name] === undefined || (name === 'against' && !values.against))
if (unknown.length > 0) {
  process.stderr.write(`No scenario ${unknown.join(', ')}. There are: ${Object.keys(scenarios).join(', ')}.\n`)
  process.exit(2)
}
const settings = {
  size: values.quick || values.smoke ? 'quick' : values.full ? 'full' : 'default',
  keys: values.keys?.split(',').map(Number),
  peers: values.peers,
  against: values.against,
  smoke: values.smoke,
}
const results = { machine: machine(), size: settings.size, scenarios: {} }
let failures = 0
mkdirSync(new URL('results/', import.meta.url), { recursive: true })

try {
  for (const name of only) {
    const { title, run } = scenarios[name]
    process.stderr.write(`${name} ...\n`)
    const startedAt = performance.now()
    try {
      const { tables, goals } = await run(settings)
      results.scenarios[name] = { title, tables, goals, seconds: Math.round((performance.now() - startedAt) / 1_000) }
      // At once: a run takes long, and an interrupted one must not have been for nothing.
      save(name, { ...results, scenarios: { [name]: results.scenarios[name] } })
      process.stdout.write(`## ${title}\n\n${markdownSection({ tables })}\n`)
    } catch (error) {
      failures += 1
      process.stdout.write(`## ${title}\n\nFailed: ${error.message}\n\n`)
    }
  }
} finally {
  await stopServers()
}

const goals = Object.values(results.scenarios).flatMap((scenario) => scenario.goals)
if (goals.length > 0) {
  const columns = ['', 'goal', 'limit', 'measured', '']
  process.stdout.write(`## Goals\n\n${markdownTable({ columns, rows: goals.map(goalRow) })}`)
}
save('last-run', results)
if (values['write-docs']) writeDocument(results, values.only === undefined && failures === 0)
process.exit(failures === 0 ? 0 : 1)

function save(name, content) {
  if (settings.smoke) return
  writeFileSync(new URL(`results/${name}.json`, import.meta.url), `${JSON.stringify(content, null, 2)}\n`)
}
