import { delay, type Worker } from './worker.ts'

/** Requests without end, and what they were answered. */
export interface Traffic {
  /** How many requests got this status. */
  answered(status: number): number
  /** How many requests were answered since an instant, epoch milliseconds. */
  answeredSince(instant: number): number
  /** Resolves once no request is under way. */
  stop(): Promise<void>
}

/** Sends requests with these tokens in turn, so many at once. Those that get no answer are not counted. */
export function startTraffic(worker: Worker, tokens: readonly string[], atOnce = 8): Traffic {
  const statuses = new Map<number, number>()
  const instants: number[] = []
  const state = { running: true }
  const send = async (offset: number): Promise<void> => {
    for (let turn = offset; state.running; turn += 1) {
      const reply = await worker.get(tokens[turn % tokens.length] ?? '').catch(() => undefined)
      if (reply === undefined) await delay(5)
      else {
        statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1)
        instants.push(Date.now())
      }
    }
  }
  const sending = Promise.all(Array.from({ length: atOnce }, (_, offset) => send(offset)))
  return {
    answered: (status) => statuses.get(status) ?? 0,
    answeredSince: (instant) => instants.filter((at) => at >= instant).length,
    async stop() {
      state.running = false
      await sending
    },
  }
}
