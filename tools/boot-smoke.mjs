// Boots the compiled examples on the Node that runs this, asks each for prompts without and with a key and for its page of
// keys, and stops it; twice, on the same data.
// Usage: node boot-smoke.mjs <major version that this Node must have>
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, workspacesIn } from './workspaces.mjs'

const limitMs = 20_000
const [, , major] = process.argv
// npx runs the ambient Node, silently, when it could not install the one asked for.
if (!process.version.startsWith(`v${major}.`)) throw new Error(`This is Node ${process.version}, not ${major}`)

// The main job, on each framework; the other examples have other jobs.
const examples = workspacesIn(root, ['examples']).filter(({ path }) => path.includes('prompts-api'))
if (examples.length === 0) throw new Error('There are no examples to boot')
for (const { path } of examples) {
  const data = mkdtempSync(join(tmpdir(), 'boot-smoke-'))
  try {
    const first = await boot(path, data)
    const second = await boot(path, data)
    if (first.isKept && first.token !== second.token) throw new Error(`${path} forgot its keys`)
    process.stdout.write(`${path} boots twice on Node ${process.version}, with keys in ${first.where}\n`)
  } finally {
    rmSync(data, { recursive: true })
  }
}

async function boot(path, data) {
  const example = spawn(process.execPath, ['dist/main.js', '--port', '0', '--data', data], {
    cwd: join(root, path),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(example, 'exit')
  try {
    const told = await started(example.stdout, gone, path)
    await ask(`${told.url}/v1/prompts`, {}, 401)
    await ask(`${told.url}/v1/prompts`, { authorization: `Bearer ${told.token}` }, 200)
    await ask(`${told.url}/settings/api-keys`, {}, 200)
    example.kill('SIGTERM')
    const [code, signal] = await within(gone, `${path} did not stop on SIGTERM`)
    if (code !== 0) throw new Error(`${path} stopped with ${code ?? signal}`)
    return told
  } finally {
    example.kill('SIGKILL')
  }
}

/** Reads what the example tells its user: where it listens, and a key. */
async function started(stdout, gone, path) {
  let output = ''
  const told = new Promise((resolve, reject) => {
    stdout.setEncoding('utf8').on('data', (text) => {
      output += text
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
      const token = /\bPRODUCTION_KEY=(\w+)\s/.exec(output)?.[1]
      const where = /^Keys are kept in (memory|.*\((.+?)\))/m.exec(output)
      if (url === undefined || token === undefined || where === null) return
      resolve({ url, token, where: where[2] ?? where[1], isKept: where[1] !== 'memory' })
    })
    gone.then(([code, signal]) => reject(new Error(`${path} ended with ${code ?? signal}`)), reject)
  })
  return within(told, `${path} did not tell its address and a key`)
}

async function ask(url, headers, expected) {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(limitMs) })
  if (response.status !== expected) throw new Error(`Expected ${expected} from GET ${url}, got ${response.status}`)
  await response.arrayBuffer()
}

async function within(promise, complaint) {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), limitMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
