import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Answer, Call, KeyForm, LabKey, Load, Weakening, WorkerSetUp } from '../src/protocol.ts'
import { getWith } from './get.ts'

/** What one request gave. */
export interface Reply {
  readonly status: number
  /** When the handler ran, epoch milliseconds; undefined unless it did. */
  readonly acceptedAt: number | undefined
  readonly retryAfter: string | undefined
}

/** A host process, seen from outside. */
export interface Worker {
  readonly name: string
  /** Why it dropped its cache, in order. */
  readonly flushes: readonly string[]
  get(token: string): Promise<Reply>
  create(count: number, ownerType: LabKey['owner']['type'], of?: KeyForm): Promise<readonly LabKey[]>
  rotate(id: string): Promise<string>
  /** Verifies in the process itself, as fast as it can. */
  load(tokens: readonly string[], forMs: number): Promise<Load>
  revoke(id: string): Promise<{ readonly at: number; readonly code?: string }>
  weaken(how: Weakening, key: LabKey): Promise<{ readonly at: number }>
  demote(ownerId: string): Promise<void>
  /** Has what was counted stored, as a serverless host does before it is frozen. */
  flush(): Promise<void>
  /** Stops it where it is (SIGSTOP): no timer runs, nothing is read or sent. */
  freeze(): void
  /** Lets it go on (SIGCONT). */
  thaw(): void
  close(): Promise<void>
  /** Sends a signal and waits for the end. Gives the exit code; null for none. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
}

const program = fileURLToPath(new URL('../dist/worker.js', import.meta.url))

/** Starts a process and waits until it serves. */
export async function startWorker(name: string, setUp: WorkerSetUp): Promise<Worker> {
  // Its own Node flags: the test runner's would make it read sources instead of what was built.
  const child = fork(program, { execArgv: [], env: { ...process.env, CLAVIGER_LAB_WORKER: JSON.stringify(setUp) } })
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const flushes: string[] = []
  const waiting: ((answer: Answer) => void)[] = []
  const gone = new Promise<never>((_, reject) =>
    child.once('exit', (code) => reject(new Error(`${name} exited: ${code}`))),
  )
  gone.catch(() => {})
  child.on('message', (answer: Answer) => {
    if (answer.type === 'flushed') flushes.push(answer.reason)
    else waiting.shift()?.(answer)
  })
  const next = (): Promise<Answer> => Promise.race([new Promise<Answer>((resolve) => waiting.push(resolve)), gone])
  // Calls of one worker queue up: answers come in the order of the calls.
  let last: Promise<unknown> = Promise.resolve()
  const ask = <T extends Answer['type']>(call: Call, expected: T): Promise<Extract<Answer, { type: T }>> => {
    const asked = last.then(async () => {
      const answered = next()
      child.send(call)
      const answer = await answered
      if (answer.type === 'failed') throw Object.assign(new Error(`${name}: ${answer.code}`), { code: answer.code })
      if (answer.type !== expected) throw new Error(`${name} answered ${answer.type}, not ${expected}`)
      return answer as Extract<Answer, { type: T }>
    })
    last = asked.catch(() => {})
    return asked
  }

  const listening = await next()
  if (listening.type !== 'listening') throw new Error(`${name} does not listen`)
  const { port } = listening

  return {
    name,
    flushes,
    get: (token) => get(port, agent, token),
    create: async (count, ownerType, of) =>
      (await ask({ type: 'create', count, ownerType, ...(of && { of }) }, 'created')).keys,
    rotate: async (id) => (await ask({ type: 'rotate', id }, 'rotated')).token,
    load: (tokens, forMs) => ask({ type: 'load', tokens, forMs }, 'loaded'),
    revoke: (id) => ask({ type: 'revoke', id }, 'revoked'),
    weaken: (how, key) => ask({ type: 'weaken', how, key }, 'weakened'),
    demote: async (ownerId) => void (await ask({ type: 'demote', ownerId }, 'demoted')),
    flush: async () => void (await ask({ type: 'flush' }, 'flushed usage')),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async end(signal) {
      const ended = once(child, 'exit') as Promise<[number | null]>
      child.kill(signal)
      const [code] = await ended
      agent.destroy()
      return code
    },
    async close() {
      agent.destroy()
      if (child.exitCode === null && child.signalCode === null) {
        await Promise.race([ask({ type: 'close' }, 'closed'), delay(3_000)]).catch(() => {})
        child.kill('SIGKILL')
      }
    },
  }
}

/** Waits in real time: the lab measures real processes. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function get(port: number, agent: Agent, token: string): Promise<Reply> {
  const { statusCode, headers } = await getWith(port, agent, token)
  const at = headers['accepted-at']
  return {
    status: statusCode ?? 0,
    acceptedAt: at === undefined ? undefined : Number(at),
    retryAfter: headers['retry-after'],
  }
}
