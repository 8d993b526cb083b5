import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createRequestMemory } from '../../src/runtime/request-memory.ts'

const nodeRequest = (): IncomingMessage => new IncomingMessage(new Socket())

const kinds: readonly [what: string, make: () => object][] = [
  ["Node's request", nodeRequest],
  ["Node's request with another prototype", () => Object.setPrototypeOf(nodeRequest(), { isOther: true }) as object],
  ["Node's request, frozen with its state", () => freezeState(nodeRequest())],
  ['a plain object', () => ({ method: 'GET' })],
  ['an object without a prototype', () => Object.create(null) as object],
  ['a frozen object', () => Object.freeze({ method: 'GET' })],
  ['an object whose state is no object', () => ({ _readableState: 'x' })],
  ['an object whose state takes no property', () => ({ _readableState: new Proxy({}, { get: trap, set: trap }) })],
  ['an object whose state keeps nothing', () => ({ _readableState: new Proxy({}, { set: () => true }) })],
  ['a proxy that lets nothing be read', () => new Proxy({}, { get: trap, has: trap, ownKeys: trap })],
  ["a proxy of Node's request", () => new Proxy(nodeRequest(), {})],
  ['an object made of a request', () => Object.create(nodeRequest()) as object],
]

function trap(): never {
  throw new Error('trap')
}

function freezeState(request: IncomingMessage): object {
  Object.freeze((request as unknown as { _readableState: object })._readableState)
  return Object.freeze(request)
}

describe('the memory of requests', () => {
  test.each(kinds)('keeps one thing about %s', (_what, make) => {
    const memory = createRequestMemory()
    const [request, other] = [make(), make()]
    const kept = { request }
    expect(memory.get(request)).toBeUndefined()
    memory.set(kept)
    expect(memory.get(request)).toBe(kept)
    expect(memory.get(other)).toBeUndefined()
    const newer = { request }
    memory.set(newer)
    expect(memory.get(request)).toBe(newer)
  })

  test('takes nothing that is inherited, copied or reached through something else for a request of its own', () => {
    const memory = createRequestMemory()
    const request = nodeRequest()
    memory.set({ request })
    const others = [
      Object.create(request) as object,
      Object.assign({}, request),
      Object.assign(nodeRequest(), request),
      new Proxy(request, {}),
    ]
    for (const other of others) expect(memory.get(other)).toBeUndefined()
  })

  test('keeps requests apart that share their state', () => {
    const memory = createRequestMemory()
    const request = nodeRequest()
    const derived = Object.create(request) as object
    const kept = [{ request }, { request: derived }]
    for (const each of kept) memory.set(each)
    expect([memory.get(request), memory.get(derived)]).toEqual(kept)
    expect(memory.get(derived)).toBe(kept[1])
    for (const each of kept.toReversed()) memory.set(each)
    expect(memory.get(request)).toBe(kept[0])
    expect(memory.get(derived)).toBe(kept[1])
  })

  test('adds nothing to the request itself, and is no other memory', () => {
    const request = nodeRequest()
    const before = Reflect.ownKeys(request)
    const memory = createRequestMemory()
    memory.set({ request })
    expect(Reflect.ownKeys(request)).toEqual(before)
    const other = createRequestMemory()
    expect(other.get(request)).toBeUndefined()
    const kept = { request }
    other.set(kept)
    expect(other.get(request)).toBe(kept)
    expect(memory.get(request)).not.toBe(kept)
  })
})
