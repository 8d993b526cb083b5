import { channel } from 'node:diagnostics_channel'
import { testClock } from '@claviger/testing'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../src/errors/errors.ts'
import { createFaults, type Fault } from '../../src/reporting/faults.ts'
import { tokenMask } from '../../src/token/mask.ts'

const redact = tokenMask({ prefixes: ['acme'], environments: ['production'] })

function reporter(onError?: (fault: Fault) => void | Promise<void>) {
  const clock = testClock()
  return { clock, report: createFaults(onError, redact, clock) }
}

describe('a fault that no one listens to', () => {
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  beforeEach(() => void emitWarning.mockClear())
  afterAll(() => emitWarning.mockRestore())
  const warnings = (): string[] =>
    emitWarning.mock.calls.map(([text, options]) => `${String(text)}\n${JSON.stringify(options)}`)

  test('is a process warning that names the cause and the consequence', () => {
    const { report } = reporter()
    const cause = new TypeError("Cannot read properties of undefined (reading 'role')")
    report(new UnavailableError('owner', 'resolveOwner failed.', { cause }), 'verify')
    expect(warnings()).toEqual([
      expect.stringContaining(
        "verify failed: resolveOwner failed. Cause: Cannot read properties of undefined (reading 'role'). Keys of",
      ),
    ])
    expect(warnings()[0]).toContain('503')
    expect(warnings()[0]).toContain('CLAVIGER_FAULT')
    // The line of the host's own function.
    expect(warnings()[0]).toContain('faults.test.ts')
  })

  test('is told once a minute for each cause', () => {
    const { report, clock } = reporter()
    const fails = (): void => report(new Error('no connection'), 'poll')
    fails()
    fails()
    report(new Error('another'), 'poll')
    expect(emitWarning).toHaveBeenCalledTimes(2)
    clock.advance(59_999)
    fails()
    expect(emitWarning).toHaveBeenCalledTimes(2)
    clock.advance(1)
    fails()
    expect(emitWarning).toHaveBeenCalledTimes(3)
  })

  test('is told once, whatever ids and times its text has in it', () => {
    const { report } = reporter()
    for (let id = 0; id < 1_000; id += 1) report(new Error(`member ${id} has no role after ${id * 3} ms`), 'verify')
    expect(emitWarning).toHaveBeenCalledTimes(1)
  })

  test('is not told when ten others were within a minute, and is after it', () => {
    const { report, clock } = reporter()
    const names = Array.from({ length: 1_000 }, (_, index) => 'x'.repeat(index))
    for (const name of names) report(new Error(`no such member: ${name}`), 'verify')
    expect(emitWarning).toHaveBeenCalledTimes(10)
    clock.advance(60_000)
    report(new Error('the database is away'), 'verify')
    expect(warnings().at(-1)).toContain('the database is away')
  })

  test('ends its sentences, and leaves out the files that Node lists', () => {
    const { report } = reporter()
    const cause = new Error("Cannot find module 'x'\nRequire stack:\n- /srv/app/index.js")
    report(new UnavailableError('store', 'The store failed.', { cause }), 'poll')
    expect(emitWarning.mock.calls[0]?.[0]).toBe(
      "poll failed: The store failed. Cause: Cannot find module 'x'. Keys that are not in memory are answered with 503 " +
        'until the store works.',
    )
  })

  test('has tokens blotted out, also in the stack', () => {
    const { report } = reporter()
    const token = `acme_production_${'a'.repeat(65)}`
    report(new Error(`no member has ${token}`), 'verify')
    expect(warnings().join()).not.toContain(token)
    expect(warnings()[0]).toContain('acme_production_')
  })

  test('has no part of a token left where its text was cut', () => {
    const { report } = reporter()
    const token = `acme_production_${'b'.repeat(65)}`
    report(new Error(`${'x'.repeat(1_950)} ${token}`), 'verify')
    expect(warnings().join()).not.toContain('bbbbb')
  })

  test('is bounded in length', () => {
    const { report } = reporter()
    report(new Error('x'.repeat(1_000_000)), 'verify')
    expect(warnings()[0]?.length).toBeLessThan(6_000)
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'broken'],
    [
      'an error whose message throws',
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('no')
        },
      }),
    ],
    ['an error whose stack is a list', Object.assign(new Error('x'), { stack: [1] })],
    [
      'an error that is its own cause',
      (() => {
        const error = new Error('loop')
        error.cause = error
        return error
      })(),
    ],
    [
      'a proxy that throws',
      new Proxy(new Error('x'), {
        get: () => {
          throw new Error('no')
        },
        getPrototypeOf: () => {
          throw new Error('no')
        },
      }),
    ],
  ])('is told without throwing when it is %s', (_, thrown) => {
    const { report } = reporter()
    expect(() => report(thrown, 'verify')).not.toThrow()
    expect(emitWarning).toHaveBeenCalledTimes(1)
  })

  test('is no warning while someone subscribes to claviger:error', () => {
    const { report } = reporter()
    const heard: unknown[] = []
    const listen = (message: unknown): void => void heard.push(message)
    channel('claviger:error').subscribe(listen)
    const error = new Error('no connection')
    report(error, 'poll')
    channel('claviger:error').unsubscribe(listen)
    expect(heard).toEqual([{ error, during: 'poll' }])
    expect(emitWarning).not.toHaveBeenCalled()
  })

  test('goes to onError every time, and is no warning then', () => {
    const faults: Fault[] = []
    const { report } = reporter((fault) => void faults.push(fault))
    const error = new Error('no connection')
    report(error, 'poll')
    report(error, 'poll')
    expect(faults).toEqual([
      { error, during: 'poll' },
      { error, during: 'poll' },
    ])
    expect(emitWarning).not.toHaveBeenCalled()
  })

  test.each<[string, () => void | Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('logger broke')
      },
    ],
    ['rejects', () => Promise.reject(new Error('logger broke'))],
  ])('goes nowhere further when onError %s', async (_, onError) => {
    const { report } = reporter(onError)
    expect(() => report(new Error('x'), 'poll')).not.toThrow()
    await Promise.resolve()
  })
})
