import { expect, test } from 'vitest'
import { readCommand } from '../src/options.ts'

test.each([
  [[], {}, 3000],
  [[], { PORT: '' }, 3000],
  [[], { PORT: '4000' }, 4000],
  [['--port', '5000'], { PORT: '4000' }, 5000],
  [['--port=0'], {}, 0],
] as const)('arguments %j and environment %j: port %i', (args, env, port) => {
  expect(readCommand(args, env)).toEqual({ type: 'serve', port })
})

test.each(['65536', '-1', '3000x', '1e3', ' ', 'http'])('%j is no port', (port) => {
  expect(readCommand([`--port=${port}`], {})).toEqual({
    type: 'mistake',
    message: `Expected a port from 0 to 65535, got "${port}".`,
  })
})

test('an unknown option is a mistake, not a crash', () => {
  expect(readCommand(['--prot', '1'], {})).toMatchObject({
    type: 'mistake',
    message: expect.stringContaining('--prot'),
  })
})

test('--help asks for help', () => {
  expect(readCommand(['--help'], {})).toEqual({ type: 'help' })
})
