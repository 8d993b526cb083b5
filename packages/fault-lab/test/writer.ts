import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StoreSetUp, WriterAnswer, WriterCall } from '../src/protocol.ts'

/** A process that writes one record in a loop. */
export interface Writer {
  readonly child: ChildProcess
  /** Starts so many loops. With `account`, they rename that service account; else the key. */
  write(target: { readonly id: string; readonly account?: string }, writers: number): Promise<void>
  /** Ends the loops, and tells how often they have tried. */
  pause(): Promise<number>
  close(): Promise<void>
}

const program = fileURLToPath(new URL('../dist/writer.js', import.meta.url))

/** Starts one. */
export async function startWriter(store: StoreSetUp): Promise<Writer> {
  const env = { ...process.env, CLAVIGER_LAB_WRITER: JSON.stringify({ store }) }
  const child = fork(program, { execArgv: [], env })
  const answer = async (): Promise<WriterAnswer> => {
    const [message] = (await Promise.race([once(child, 'message'), gone])) as [WriterAnswer]
    return message
  }
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`The writer exited: ${code}`)
  })
  gone.catch(() => {})
  const ask = async (call: WriterCall): Promise<WriterAnswer> => {
    const answered = answer()
    child.send(call)
    return answered
  }
  await answer()
  return {
    child,
    write: async (target, writers) => void (await ask({ type: 'write', ...target, writers })),
    async pause() {
      const told = await ask({ type: 'pause' })
      return told.type === 'written' ? told.count : 0
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGCONT')
      await Promise.race([ask({ type: 'close' }), new Promise((resolve) => setTimeout(resolve, 3_000))]).catch(() => {})
      child.kill('SIGKILL')
    },
  }
}
