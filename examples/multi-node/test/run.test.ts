import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { startPrivateRedis } from '../src/private-redis.ts'
import { canStartRedis } from './redis-installed.ts'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const { REDIS_URL: _, ...withoutRedisUrl } = process.env

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the example to its end. */
async function run(args: readonly string[], env: NodeJS.ProcessEnv = withoutRedisUrl): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [[code], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)])
  return { code: code as number | null, out, err }
}

describe.skipIf(!canStartRedis)('with redis-server on the PATH', () => {
  test('it starts one of its own, prints a line of delays per process, and ends what it started', async () => {
    const { code, out, err } = await run(['--keys', '5'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('Made 5 keys.')
    const row = (name: string): RegExp => new RegExp(`^${name} +(\\d+) ms +(\\d+) ms +(\\d+) ms +(\\d+) ms$`, 'm')
    expect(row('express-1').exec(out)?.slice(1)).toEqual(['0', '0', '0', '0'])
    expect(out).toMatch(row('express-2'))
    expect(out).toMatch(row('koa'))

    const pid = Number(/its own, process (\d+)/.exec(out)?.[1])
    expect(pid).toBeGreaterThan(1)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('it uses the Redis of REDIS_URL, and leaves it running', async () => {
    const redis = await startPrivateRedis()
    try {
      const { code, out } = await run(['--keys', '2'], { ...withoutRedisUrl, REDIS_URL: redis?.url })
      expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('Using the Redis of REDIS_URL.') })
      expect(process.kill(redis?.pid ?? Number.NaN, 0)).toBe(true)
    } finally {
      await redis?.stop()
    }
  })
})

test('without Redis it says what to do', async () => {
  const { code, err } = await run([], { ...withoutRedisUrl, PATH: '' })
  expect(code).toBe(1)
  expect(err).toContain('There is no redis-server on the PATH.')
  expect(err).toContain('REDIS_URL=redis://127.0.0.1:6379')
})

test('a Redis that does not answer is named with its error, without a stack', async () => {
  const { code, err } = await run([], { ...withoutRedisUrl, REDIS_URL: 'redis://:secret@127.0.0.1:1' })
  expect(code).toBe(1)
  expect(err).toBe('express-1: connect ECONNREFUSED 127.0.0.1:1\n')
})

test.each(['0', '1.5', 'x', '1001'])('--keys %s is refused', async (keys) => {
  expect(await run(['--keys', keys])).toEqual({ code: 1, out: '', err: '--keys takes a number from 1 to 1000.\n' })
})
