// What a hot verification costs, as a multiple of the floor: slicing the token out of a fresh header and looking it up
// in a Map. Contenders run in turn, each in a process of its own, in freshly shuffled order; ratios are formed round by
// round and then medianed. Absolute times are printed for orientation only.
//
//   npm run bench [-- --keys 1,1000 --rounds 7 --only claviger]
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '1,1000' },
    rounds: { type: 'string', default: '7' },
    operations: { type: 'string', default: '200000' },
    only: { type: 'string' },
  },
})
const folder = new URL('./', import.meta.url)
const names = readdirSync(new URL('contenders', folder))
  .map((file) => file.replace('.mjs', ''))
  .filter((name) => name === 'floor' || values.only === undefined || name.includes(values.only))
const results = []

for (const keys of values.keys.split(',').map(Number)) {
  const times = new Map(names.map((name) => [name, []]))
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const name of shuffled(names)) times.get(name).push(measure(name, keys))
  }
  const floor = times.get('floor')
  for (const [name, each] of times) {
    const ratios = each.map(({ cpuNs }, round) => cpuNs / floor[round].cpuNs).sort((a, b) => a - b)
    results.push({
      keys,
      name,
      ratio: median(ratios),
      least: ratios[0],
      most: ratios.at(-1),
      cpuNs: median(each.map(({ cpuNs }) => cpuNs)),
      heapBytes: median(each.map(({ heapBytes }) => heapBytes)),
    })
  }
}

process.stdout.write(table(results))
mkdirSync(new URL('results', folder), { recursive: true })
writeFileSync(
  new URL('results/verify.json', folder),
  `${JSON.stringify({ node: process.version, results }, null, 2)}\n`,
)

function measure(name, keys) {
  const args = ['--expose-gc', 'measure.mjs', name, `${keys}`, values.operations]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  })
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`)
  return JSON.parse(stdout)
}

function shuffled(list) {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function table(rows) {
  const head = '| keys | contender | x floor (min-max) | CPU ns | heap bytes |\n|---:|---|---|---:|---:|\n'
  const line = ({ keys, name, ratio, least, most, cpuNs, heapBytes }) =>
    `| ${keys} | ${name} | ${ratio.toFixed(1)} (${least.toFixed(1)}-${most.toFixed(1)}) | ${cpuNs.toFixed(0)} | ${heapBytes.toFixed(0)} |\n`
  return head + rows.map(line).join('')
}
