import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { serverAccount } from './account.ts'
import { isRunning, processTree, sendSignal } from './process-tree.ts'
import { watch } from './watchdog.ts'

/** How to run one kind of server. */
export interface Recipe {
  readonly program: string
  readonly args: readonly string[]
  /** The server's own directory; its output goes to the file `log` there. */
  readonly directory: string
  /** Whether the process `pid` itself, and no other server, answers. */
  isReady(pid: number): Promise<boolean>
}

/** A server process that has answered. */
export interface Launched {
  readonly pid: number
  /** Sends signals to the process and all its descendants. */
  signalAll(signal: NodeJS.Signals): void
  /** Asks the server to end, more and more firmly, and waits until all its processes are gone. */
  end(): Promise<void>
  /** Kills the server and waits until all its processes are gone. */
  kill(): Promise<void>
}

const startDeadlineMs = 30_000
const pollMs = 10
// SIGTERM lets PostgreSQL wait for its clients, SIGINT does not.
const endings = [
  { signal: 'SIGTERM', patienceMs: 1500 },
  { signal: 'SIGINT', patienceMs: 5000 },
] as const

/**
 * Starts a server and waits until it answers.
 *
 * @throws Error with the server's last words when it ends or does not answer within 30 s
 */
export async function launch(recipe: Recipe): Promise<Launched> {
  const child = spawnLogged(recipe)
  const { pid } = child
  if (pid === undefined) throw new Error(`${recipe.program} cannot be run`)
  const watchdog = watch(pid, recipe.directory)
  let hasEnded = false
  child.once('exit', () => {
    hasEnded = true
    watchdog.dismiss()
  })
  child.unref()
  // Once the process has ended, its id may belong to a stranger.
  const allPids = (): number[] => (hasEnded ? [] : processTree(pid))

  const endAll = async (signal: NodeJS.Signals, patienceMs: number): Promise<boolean> => {
    const tree = allPids()
    for (const member of signal === 'SIGKILL' ? tree : tree.slice(0, 1)) sendSignal(member, signal)
    // A process with threads looks dead before its last thread has closed the port, so its `exit` event counts.
    return waitFor(() => hasEnded && !tree.slice(1).some(isRunning), patienceMs)
  }
  const launched: Launched = {
    pid,
    signalAll(signal) {
      for (const member of allPids()) sendSignal(member, signal)
    },
    async end() {
      launched.signalAll('SIGCONT')
      for (const { signal, patienceMs } of endings) {
        if (await endAll(signal, patienceMs)) return
      }
      await launched.kill()
    },
    async kill() {
      await endAll('SIGKILL', startDeadlineMs)
    },
  }

  const isDecided = async (): Promise<boolean> => hasEnded || (await recipe.isReady(pid))
  const answered = await waitFor(isDecided, startDeadlineMs)
  if (answered && !hasEnded) return launched
  await launched.kill()
  throw new Error(`${recipe.program} did not start: ${lastWords(recipe)}`)
}

/** Asks again and again until the answer is yes. `false` when it still is not after `patienceMs`. */
export async function waitFor(question: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs
  while (!(await question())) {
    if (performance.now() > deadline) return false
    await delay(pollMs)
  }
  return true
}

function spawnLogged({ program, args, directory }: Recipe): ChildProcess {
  const log = openSync(join(directory, 'log'), 'a')
  try {
    const child = spawn(program, args, { cwd: directory, stdio: ['ignore', log, log], ...serverAccount })
    child.on('error', () => {})
    return child
  } finally {
    closeSync(log)
  }
}

function lastWords({ directory }: Recipe): string {
  return readFileSync(join(directory, 'log'), 'utf8').slice(-2000)
}
