import { createHash } from 'node:crypto'
import { after, UnavailableError } from '@claviger/core/store'
import type { RedisCommands } from './client.ts'
import type { ConnectionCare } from './connection-care.ts'
import { redisFailure, replyCode } from './failures.ts'

/** A Lua script and what Redis calls it. */
export interface Script {
  readonly source: string
  readonly sha: string
}

export function script(source: string): Script {
  const text = source.trim()
  return { source: text, sha: createHash('sha1').update(text).digest('hex') }
}

/** Sends commands, each within a bound. */
export interface Commands {
  /** The same for verifying and following the log, for which some of the room is kept. */
  readonly first: Commands
  /** @throws {UnavailableError} when Redis fails, refuses or does not answer in time */
  send(command: string, ...args: readonly (string | number)[]): Promise<unknown>
  /** Like `send`, but undefined where Redis answers that it may not, or knows no such command. */
  ask(command: string, ...args: readonly (string | number)[]): Promise<unknown>
  /**
   * Runs a script by its digest, and by its text where Redis does not know it yet.
   *
   * @throws {UnavailableError} when Redis fails, refuses or does not answer in time
   */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>
}

// A client queues what a frozen server does not answer. Beyond this many, asking more only fills memory.
const maxPending = 1_000
// So many of them only for what comes first.
const keptForFirst = 250

// What a server says that others have taken the place of, or may have.
const overtaken: ReadonlySet<string | undefined> = new Set(['READONLY', 'MASTERDOWN', 'NOREPLICAS'])

/** Bounds how long a command may take, and how many may be unanswered. */
export function boundedCommands(client: RedisCommands, timeoutMs: number, care?: ConnectionCare): Commands {
  let pending = 0

  const call = (most: number, command: string, args: readonly (string | number)[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (pending >= most) {
        reject(new UnavailableError('store', `Redis has not answered ${pending} commands yet.`))
        return
      }
      pending += 1
      care?.sending()
      const cancel = after(timeoutMs, () => {
        reject(new UnavailableError('store', `Redis did not answer within ${timeoutMs} ms.`))
      })
      const answered = (): void => {
        pending -= 1
        cancel()
      }
      // The client may throw at once; a late answer still counts down.
      Promise.resolve()
        .then(() => client.call(command, ...args))
        .then(
          (reply) => {
            care?.heard()
            answered()
            resolve(reply)
          },
          (error: unknown) => {
            const code = replyCode(error)
            if (code !== undefined) care?.heard()
            if (overtaken.has(code)) care?.overtaken()
            answered()
            reject(error)
          },
        )
    })

  const upTo = (most: number, first?: Commands): Commands => {
    const send = async (command: string, args: readonly (string | number)[]): Promise<unknown> => {
      try {
        return await call(most, command, args)
      } catch (error) {
        throw redisFailure(error, { command })
      }
    }
    const commands: Commands = {
      get first() {
        return first ?? commands
      },
      send: (command, ...args) => send(command, args),
      async ask(command, ...args) {
        try {
          return await call(most, command, args)
        } catch (error) {
          const code = replyCode(error)
          if (code === 'NOPERM' || code === 'ERR') return undefined
          throw redisFailure(error, { command })
        }
      },
      async run({ source, sha }, keys, args) {
        const rest = [keys.length, ...keys, ...args]
        try {
          return await call(most, 'EVALSHA', [sha, ...rest])
        } catch (error) {
          if (replyCode(error) !== 'NOSCRIPT') throw redisFailure(error, { command: 'EVALSHA', script: source })
        }
        try {
          return await call(most, 'EVAL', [source, ...rest])
        } catch (error) {
          throw redisFailure(error, { command: 'EVAL', script: source })
        }
      },
    }
    return commands
  }

  return upTo(maxPending - keptForFirst, upTo(maxPending))
}
