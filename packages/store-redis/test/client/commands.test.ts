import { expect, test } from 'vitest'
import type { RedisCommands } from '../../src/client/client.ts'
import { boundedCommands } from '../../src/client/commands.ts'

test('keeps room for verifying: a quarter of what may be unanswered is for nothing else', async () => {
  const answers: (() => void)[] = []
  const client = {
    call: async () => new Promise((resolve) => answers.push(() => resolve('PONG'))),
  } as unknown as RedisCommands
  const commands = boundedCommands(client, 60_000)
  const calls = Array.from({ length: 750 }, () => commands.send('PING'))
  await expect(commands.send('PING')).rejects.toMatchObject({
    code: 'ERR_CLAVIGER_UNAVAILABLE',
    message: expect.stringContaining('750 commands'),
  })
  for (let index = 0; index < 250; index += 1) calls.push(commands.first.send('PING'))
  await expect(commands.first.send('PING')).rejects.toMatchObject({ message: expect.stringContaining('1000 commands') })
  await new Promise((resolve) => setImmediate(resolve))
  for (const answer of answers.splice(0)) answer()
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['PONG']))
  const again = commands.send('PING')
  await new Promise((resolve) => setImmediate(resolve))
  for (const answer of answers) answer()
  expect(await again).toBe('PONG')
})
