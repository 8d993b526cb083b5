import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/*
 * A contender has a process of its own that does nothing until it is its turn. A missing package is no failure: the
 * contender is left out, and the report says so.
 */

const startMs = 300_000
const answerMs = 600_000

const benchmarks = new URL('../', import.meta.url)

/**
 * Starts a process and lets it prepare. Gives `{ skipped }` when it lacks a package or a server. `home` is the `bench`
 * folder of the checkout whose process it is.
 */
export async function startWorker(name, argument = {}, home = benchmarks) {
  const child = fork(fileURLToPath(new URL(`processes/${name}.mjs`, home)), {
    execArgv: ['--expose-gc', '--no-warnings'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ask = async (command, value, patienceMs = answerMs) => {
    child.send({ command, value })
    const { result, error, skipped } = await reply(child, `${name} ${command}`, patienceMs)
    if (error !== undefined) throw new Error(`${name} ${JSON.stringify(argument)}: ${error}`)
    return skipped === undefined ? result : { skipped }
  }
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.send({ command: 'stop' })
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await gone
    clearTimeout(timer)
  }
  try {
    const prepared = (await ask('prepare', argument, startMs)) ?? {}
    if (prepared.skipped !== undefined) await stop()
    return { ask, stop, pid: child.pid, ...prepared }
  } catch (error) {
    await stop()
    throw error
  }
}

async function reply(child, what, patienceMs) {
  const settled = new AbortController()
  const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(patienceMs)])
  const answered = once(child, 'message', { signal }).then(([message]) => message)
  const ended = once(child, 'exit', { signal }).then(([code]) => ({ error: `${what} ended with ${code}` }))
  try {
    return await Promise.race([answered, ended])
  } finally {
    settled.abort()
    await Promise.allSettled([answered, ended])
  }
}

/** The other side: answers commands, one at a time. */
export function serve(handlers) {
  const answer = async ({ command, value }) => {
    if (command === 'stop') {
      await handlers.stop?.()
      process.exit(0)
    }
    try {
      process.send({ result: await handlers[command]?.(value) })
    } catch (error) {
      process.send(missing(error) ?? { error: `${error?.stack ?? error}` })
    }
  }
  process.on('message', (message) => void answer(message))
  process.on('disconnect', () => process.exit(1))
}

function missing(error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' && error?.code !== 'MODULE_NOT_FOUND') return undefined
  const name = /'([^']+)'/.exec(error.message)?.[1]
  return { skipped: `${name} is not installed: npm ci --prefix bench` }
}
