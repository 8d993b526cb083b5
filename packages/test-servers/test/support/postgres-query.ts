import { connect } from 'node:net'

/** A session in progress; the wire protocol in its simplest form, so that these tests need no client of others. */
export async function query(port: number, sql: string): Promise<string[]> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write(startup)
  socket.write(message('Q', `${sql}\0`))
  socket.write(message('X', ''))
  const replies: Buffer[] = []
  for await (const bytes of socket) replies.push(bytes)
  return firstColumn(Buffer.concat(replies))
}

const startup = Buffer.concat([
  ints(4 + 4 + 'user_postgres_database_postgres__'.length, 196_608),
  Buffer.from('user\0postgres\0database\0postgres\0\0'),
])

function message(type: string, body: string): Buffer {
  return Buffer.concat([Buffer.from(type), ints(4 + Buffer.byteLength(body)), Buffer.from(body)])
}

function ints(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeInt32BE(value, 4 * index)
  return bytes
}

function firstColumn(bytes: Buffer): string[] {
  const rows: string[] = []
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    const type = String.fromCharCode(bytes[at] ?? 0)
    if (type === 'E') throw new Error(bytes.toString('utf8', at + 5, at + bytes.readInt32BE(at + 1)))
    if (type === 'D') rows.push(bytes.toString('utf8', at + 11, at + 11 + bytes.readInt32BE(at + 7)))
  }
  return rows
}
