import { connect } from 'node:net'

const deadlineMs = 2000

/**
 * Sends a request through a server's private socket file and gives the first bytes that come back; `undefined` when
 * nothing does. Through the file one speaks to this very server, not to one that took the port first.
 */
export function firstReply(socketFile: string, request?: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(socketFile)
    const finish = (reply?: string): void => {
      socket.destroy()
      resolve(reply)
    }
    socket.setTimeout(deadlineMs, finish)
    socket.once('connect', () => request !== undefined && socket.write(request))
    socket.once('data', (bytes) => finish(bytes.toString('latin1')))
    socket.once('error', () => finish())
    socket.once('close', () => finish())
  })
}
