import { expect, onTestFinished, test } from 'vitest'
import { findProgram } from '../src/binaries.ts'
import { startValkey } from '../src/index.ts'
import { ask } from './support/client.ts'

test('starts Valkey and nothing else; undefined where it is not installed', async () => {
  const server = await startValkey()
  onTestFinished(() => server?.stop())
  expect(server === undefined).toBe(findProgram(['valkey-server']) === undefined)
  if (server !== undefined) expect(await ask(server.port, 'PING\r\n')).toBe('+PONG\r\n')
})
