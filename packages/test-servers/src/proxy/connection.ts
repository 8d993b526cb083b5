import { connect, type Socket } from 'node:net'
import { openLane } from './lane.ts'
import type { Mode } from './modes.ts'

/** A client's connection and ours to the server, as one. */
export interface Connection {
  follow(mode: Mode): void
  /** Resets both sides (RST). */
  reset(): void
  readonly closed: Promise<void>
}

const resetWithinMs = 1_000

/** Joins a client to the server. An error on one side resets the other. */
export function join(client: Socket, target: { readonly port: number; readonly host: string }, mode: Mode): Connection {
  const server = connect({ ...target, allowHalfOpen: true, noDelay: true })
  client.setNoDelay(true)
  const sides = [client, server] as const
  const end = (): void => {
    for (const side of sides) side.destroy()
  }
  const reset = (): void => {
    for (const side of sides) resetSide(side)
    // A reset waits until what was written has left, and a peer that does not read takes nothing.
    setTimeout(end, resetWithinMs).unref()
  }
  for (const side of sides) side.on('error', reset)
  const requests = openLane(client, server, mode.requests, end)
  const replies = openLane(server, client, mode.replies, end)

  return {
    follow(next) {
      requests.follow(next.requests)
      replies.follow(next.replies)
    },
    reset,
    closed: Promise.all(sides.map((side) => closing(side))).then(() => {}),
  }
}

/** A socket whose end is just being sent takes no reset: it is told EINVAL, and never closes. */
function resetSide(side: Socket): void {
  const isEnding = side.writableEnded && side.writableLength === 0 && !side.writableFinished
  if (isEnding) side.once('finish', () => side.resetAndDestroy())
  else side.resetAndDestroy()
}

function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
  })
}
