import { runInNewContext } from 'node:vm'
import { testClock } from '@claviger/testing'
import { expect, test, vi } from 'vitest'
import { copyOf, messageOf, stackOf } from '../../src/errors/error-text.ts'
import { createReporter } from '../../src/http/reporting.ts'
import { hearFrom } from '../../src/input/host-code.ts'
import { createFaults } from '../../src/reporting/faults.ts'
import { hostileErrors } from '../support/hostile-errors.ts'

vi.spyOn(process, 'emitWarning').mockImplementation(() => {})

test.each(hostileErrors())('%s gives text, and is reported without another failure', (_, thrown) => {
  for (const text of [messageOf(thrown), stackOf(thrown)]) {
    expect(typeof text).toBe('string')
    expect(text).not.toBe('')
  }
  createReporter((text) => text).fault('CLAVIGER_GUARD_FAILED', 'a test', 'it failed.', thrown)
  createFaults(undefined, (text) => text, testClock())(thrown, 'a test')
})

test.each(hostileErrors())('%s is copied without another failure', (_, thrown) => {
  const copy = copyOf(thrown)
  expect(copy).toBeInstanceOf(Error)
  for (const text of [copy.message, copy.name, copy.stack]) expect(typeof text).toBe('string')
})

test('a copy has what identifies an error, and nothing that a driver hangs on it', () => {
  const error = Object.assign(new TypeError('no connection'), { code: 'ECONNRESET', sql: 'select hash', errno: -104 })
  const copy = copyOf(error)
  expect(copy).toMatchObject({ name: 'TypeError', message: 'no connection', code: 'ECONNRESET', stack: error.stack })
  expect(Object.keys(copy).toSorted()).toEqual(['code', 'name'])
})

test('an error of another realm, such as those of drivers under Jest, keeps its text', () => {
  const foreign: unknown = runInNewContext("Object.assign(new Error('connection reset'), { code: 'ECONNRESET' })")
  expect(foreign).not.toBeInstanceOf(Error)
  expect(copyOf(foreign)).toMatchObject({ message: 'connection reset', code: 'ECONNRESET' })
  expect(messageOf(foreign)).toBe('connection reset.')
})

test('a text that was thrown is told', () => {
  expect(copyOf('no connection').message).toBe('no connection')
  expect(messageOf('no connection')).toBe('no connection.')
})

test.each(hostileErrors())('a rejection of host code with %s is heard', async (_, thrown) => {
  const heard: unknown[] = []
  hearFrom(
    () => Promise.reject(thrown),
    (error) => void heard.push(error),
  )
  hearFrom(
    () => {
      throw thrown
    },
    (error) => void heard.push(error),
  )
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard).toHaveLength(2)
  for (const error of heard) expect(Object.is(error, thrown)).toBe(true)
})

test('a result of host code whose `then` throws is heard as well', async () => {
  const heard: unknown[] = []
  const error = new Error('then')
  const failing = (): never => {
    throw error
  }
  for (const then of [{ value: failing }, { get: failing }]) {
    // oxlint-disable-next-line no-thenable
    const result: object = Object.defineProperty({}, 'then', then)
    hearFrom(
      () => result,
      (failure) => void heard.push(failure),
    )
  }
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard).toEqual([error, error])
})
