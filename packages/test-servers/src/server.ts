import { rm } from 'node:fs/promises'
import { freePort } from './free-port.ts'
import { type Launched, launch, type Recipe } from './launch.ts'

/**
 * A private server on a loopback port, for tests to use and to abuse. It never outlives the process that started it.
 */
export interface TestServer {
  readonly port: number
  /** Of the main process; another one after `restart()`. */
  readonly pid: number
  /** With the port, user and database in it, as clients take it. Nothing asks for a password. */
  readonly url: string
  /**
   * Shuts down in good order and removes the data. Waits 1.5 s for clients of PostgreSQL, then cuts them off. May be
   * repeated.
   */
  stop(): Promise<void>
  /** Kills all processes of the server (SIGKILL), as a crash does. The data stay for `restart()`. */
  kill(): Promise<void>
  /**
   * Freezes all processes of the server (SIGSTOP): connections stay open, and even new ones are accepted by the system.
   */
  pause(): void
  /** Lets a frozen server go on (SIGCONT). */
  resume(): void
  /** Starts again on the same port with the same data, after a shutdown in good order if the server still runs. */
  restart(): Promise<void>
}

/** One kind of server, before a port is chosen. */
export interface ServerKind {
  readonly directory: string
  recipe(port: number): Omit<Recipe, 'directory'>
  url(port: number): string
}

const portAttempts = 3
// What a server left behind may still be written to, by a process that has not noticed its end: 100 ms, 200 ms, ... 5.5 s in all.
const removals = 10

/** Starts a server on a free port; on another one if someone takes the first. */
export async function startServer(kind: ServerKind): Promise<TestServer> {
  const removeData = (): Promise<void> => removeDirectory(kind.directory)
  const first = await launchOnFreePort(kind).catch(async (error: unknown) => {
    await removeData()
    throw error
  })
  const { port } = first
  let { launched } = first

  return {
    port,
    get pid() {
      return launched.pid
    },
    url: kind.url(port),
    async stop() {
      await launched.end()
      await removeData()
    },
    kill: () => launched.kill(),
    pause: () => launched.signalAll('SIGSTOP'),
    resume: () => launched.signalAll('SIGCONT'),
    async restart() {
      await launched.end()
      launched = await launch({ ...kind.recipe(port), directory: kind.directory })
    },
  }
}

/** Leaves it there, and says so, when it cannot be removed: a test is not to blame for that. */
async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: removals }).catch((error: Error) => {
    process.stderr.write(`Not removed: ${error.message}\n`)
  })
}

async function launchOnFreePort(kind: ServerKind): Promise<{ readonly port: number; readonly launched: Launched }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    try {
      return { port, launched: await launch({ ...kind.recipe(port), directory: kind.directory }) }
    } catch (error) {
      if (attempt === portAttempts) throw error
    }
  }
}
