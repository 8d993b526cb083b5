import { expect, test } from 'vitest'
import { readCommand } from '../../src/prompts/options.ts'

test.each([
  [[], {}, 3000],
  [[], { PORT: '' }, 3000],
  [[], { PORT: '4000' }, 4000],
  [['--port', '5000'], { PORT: '4000' }, 5000],
  [['--port=0'], {}, 0],
] as const)('arguments %j and environment %j: port %i', (args, env, port) => {
  expect(readCommand(args, env, '/data')).toEqual({ type: 'serve', port, data: '/data', reset: false })
})

test.each(['65536', '-1', '3000x', '1e3', ' ', 'http'])('%j is no port', (port) => {
  expect(readCommand([`--port=${port}`], {}, '/data')).toEqual({
    type: 'mistake',
    message: `Expected a port from 0 to 65535, got "${port}".`,
  })
})

test('--data is a folder, from where the user is, not from where npm starts the example', () => {
  const inFolder = { type: 'serve', port: 3000, data: '/srv/ada/keys', reset: false }
  expect(readCommand(['--data', 'keys'], { INIT_CWD: '/srv/ada' }, '/data')).toEqual(inFolder)
  expect(readCommand(['--data='], {}, '/data')).toMatchObject({ type: 'mistake' })
})

test('--memory keeps nothing, and --reset starts over', () => {
  expect(readCommand(['--memory'], {}, '/data')).toMatchObject({ data: undefined })
  expect(readCommand(['--reset'], {}, '/data')).toMatchObject({ data: '/data', reset: true })
})

test('an unknown option is a mistake, not a crash', () => {
  expect(readCommand(['--prot', '1'], {}, '/data')).toMatchObject({
    type: 'mistake',
    message: expect.stringContaining('--prot'),
  })
})

test('--help asks for help', () => {
  expect(readCommand(['--help'], {}, '/data')).toEqual({ type: 'help' })
})
