import { once } from 'node:events'
import { connect } from 'node:net'

/** A keep-alive connection that costs little: one request at a time, and of the answer the status and the length. */
export async function openConnection(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let waiting
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (text) => {
    received = received === '' ? text : received + text
    const status = statusOf(received)
    if (status === undefined) return
    received = ''
    const resolve = waiting
    waiting = undefined
    resolve?.(status)
  })
  const drop = () => waiting?.(0)
  socket.on('error', drop)
  socket.on('close', drop)
  return {
    /** Resolves with the status; 0 when the connection broke. */
    request(token) {
      const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`
      return new Promise((resolve) => {
        waiting = resolve
        socket.write(`GET /v1/prompts HTTP/1.1\r\nHost: 127.0.0.1\r\n${commonHeaders}${authorization}\r\n`)
      })
    },
    close: () => socket.destroy(),
  }
}

// What an HTTP client sends besides.
const commonHeaders = 'Accept: application/json\r\nAccept-Encoding: gzip, deflate\r\nUser-Agent: bench\r\n'

function statusOf(text) {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0
  return text.length >= end + 4 + Number(length) ? Number(text.slice(9, 12)) : undefined
}
