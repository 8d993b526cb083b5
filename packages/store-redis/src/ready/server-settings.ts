import type { RedisCommands } from '../client/client.ts'
import { boundedCommands, type Commands } from '../client/commands.ts'
import { textReply } from '../client/replies.ts'

/** What of a server's configuration decides whether it keeps what it is given. */
export interface ServerSettings {
  /** Undefined where the server does not tell. */
  readonly version: string | undefined
  readonly role: string | undefined
  readonly evictionPolicy: string | undefined
  readonly appendOnly: boolean | undefined
  /** Whether `CONFIG` was refused, so that these come from `INFO`. */
  readonly fromInfo: boolean
}

/** Asks one server. */
export async function readServerSettings(node: RedisCommands, timeoutMs: number): Promise<ServerSettings> {
  const commands = boundedCommands(node, timeoutMs)
  const info = readInfo(await commands.ask('INFO'))
  const config = await readConfig(commands)
  const appendOnly = config?.get('appendonly') ?? info.get('aof_enabled')
  return {
    version: info.get('redis_version'),
    role: info.get('role'),
    evictionPolicy: config?.get('maxmemory-policy') ?? info.get('maxmemory_policy'),
    appendOnly: appendOnly === undefined ? undefined : appendOnly === 'yes' || appendOnly === '1',
    fromInfo: config === undefined,
  }
}

async function readConfig(commands: Commands): Promise<ReadonlyMap<string, string> | undefined> {
  const reply = await commands.ask('CONFIG', 'GET', 'maxmemory-policy', 'appendonly')
  return reply === undefined ? undefined : pairs(reply)
}

/** `CONFIG GET` gives a list, a map or an object, as protocol and client are set. */
function pairs(reply: unknown): ReadonlyMap<string, string> {
  if (reply instanceof Map) return new Map([...reply].map(([name, value]) => [String(name), String(value)]))
  if (!Array.isArray(reply)) return new Map(Object.entries(Object(reply)).map(([name, value]) => [name, String(value)]))
  const flat: readonly unknown[] = reply.flat()
  return new Map(flat.flatMap((name, index) => (index % 2 === 0 ? [[String(name), String(flat[index + 1])]] : [])))
}

function readInfo(reply: unknown): ReadonlyMap<string, string> {
  if (reply === undefined) return new Map()
  const lines = textReply(reply).split(/\r?\n/)
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':')
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : []
    }),
  )
}
