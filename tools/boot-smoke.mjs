// Boots the compiled examples on the Node that runs this, asks each for prompts without and with a key, and stops it.
// Usage: node boot-smoke.mjs <major version that this Node must have>
import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
  await boot(path)
  process.stdout.write(`${path} boots on Node ${process.version}\n`)
}

async function boot(path) {
  const example = spawn(process.execPath, ['dist/main.js', '--port', '0'], {
    cwd: join(root, path),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(example, 'exit')
  try {
    const { url, token } = await started(example.stdout, gone, path)
    await ask(url, {}, 401)
    await ask(url, { authorization: `Bearer ${token}` }, 200)
    example.kill('SIGTERM')
    const [code, signal] = await within(gone, `${path} did not stop on SIGTERM`)
    if (code !== 0) throw new Error(`${path} stopped with ${code ?? signal}`)
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
      if (url !== undefined && token !== undefined) resolve({ url, token })
    })
    gone.then(([code, signal]) => reject(new Error(`${path} ended with ${code ?? signal}`)), reject)
  })
  return within(told, `${path} did not tell its address and a key`)
}

async function ask(url, headers, expected) {
  const response = await fetch(`${url}/v1/prompts`, { headers, signal: AbortSignal.timeout(limitMs) })
  if (response.status !== expected) throw new Error(`Expected ${expected} from GET /v1/prompts, got ${response.status}`)
  await response.arrayBuffer()
}

async function within(promise, complaint) {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), limitMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
