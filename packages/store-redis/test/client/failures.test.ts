import { describe, expect, test } from 'vitest'
import { redisFailure, replyCode } from '../../src/client/failures.ts'

/** An error as a minified bundle of ioredis 5 throws it: named after its class, which has another name there. */
class a extends Error {
  override get name(): string {
    return this.constructor.name
  }
}

describe('what Redis refused', () => {
  test.each([
    ['NOSCRIPT No matching script. Please use EVAL.', 'NOSCRIPT'],
    ["NOPERM User app has no permissions to run the 'publish' command", 'NOPERM'],
    ['ERR unknown command', 'ERR'],
    ['OOM command not allowed', 'OOM'],
    ['CLUSTERDOWN Hash slot not served', 'CLUSTERDOWN'],
  ])('is known by the beginning of its message, whatever the class is called: %s', (message, code) => {
    expect(replyCode(new a(message))).toBe(code)
    expect(replyCode(Object.assign(new Error(message), { name: 'ReplyError' }))).toBe(code)
  })

  test('is known by its name too, where the message has no code', () => {
    expect(replyCode(Object.assign(new Error('no code here'), { name: 'ReplyError' }))).toBe('ERR')
  })

  test.each([
    new Error('Connection is closed.'),
    new Error('Reached the max retries per request limit (which is 0).'),
    new Error('connect ECONNREFUSED 127.0.0.1:6379'),
    Object.assign(new Error('ECONNRESET'), { code: 'ECONNRESET' }),
    new Error('A'),
    { reason: 'none' },
    'NOSCRIPT',
    null,
  ])('is not what the client reports: %s', (error) => {
    expect(replyCode(error)).toBeUndefined()
  })
})

test('a failure tells the message of an error of another realm', () => {
  const foreign = { name: 'Error', message: 'connect ECONNREFUSED', __proto__: null }
  expect(redisFailure(foreign).message).toBe('Redis could not be asked: connect ECONNREFUSED')
})
