import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { HttpRequest } from '../../src/http/request.ts'
import type { HttpResponse } from '../../src/http/response.ts'
import type { Door } from '../../src/door.types.ts'
import { lackedBy } from '../../src/verification/lacking.ts'
import { withDoor } from '../support/door.ts'
import { keyringWithKey, requestWith, stepsOf } from './keyring.ts'

/** What was reported: status and code of each use. */
type Report = readonly [status: number | undefined, deniedBy: string | undefined]

interface Reply extends HttpResponse {
  headersSent: boolean
  statusCode: number
  destroyed: boolean
  socket: object | null
  readonly end: () => void
}

/** A response as Node makes them, without a socket behind it. */
function responseTo(req: unknown, more: Partial<HttpResponse> = {}): Reply & EventEmitter {
  const events = new EventEmitter()
  return Object.assign(events, {
    req,
    headersSent: false,
    writableEnded: false,
    statusCode: 200,
    destroyed: false,
    socket: {},
    getHeader: () => undefined,
    setHeader: () => {},
    removeHeader: () => {},
    end: () => events.emit('close'),
    ...more,
  }) as unknown as Reply & EventEmitter
}

/** A response of HTTP/2 is not destroyed itself: its stream is. */
function ofHttp2({ destroyed }: { readonly destroyed: boolean }): Partial<HttpResponse> {
  return { destroyed: undefined as never, stream: { destroyed, destroy: () => {} } }
}

async function setUp() {
  const { keyring, token } = await keyringWithKey()
  const reports: Report[] = []
  const recordUse: Door['recordUse'] = (_, status, deniedBy) => void reports.push([status, deniedBy?.code])
  const auth = stepsOf(withDoor(keyring, { recordUse }))
  const { decide } = auth.authenticate()
  return { auth, decide, reports, keyring, request: requestWith(`Bearer ${token}`) }
}

describe('the use of a key by a request', () => {
  test('is counted when the response closes, with the status that was sent', async () => {
    const { decide, reports, request } = await setUp()
    const response = responseTo(request)
    await decide(request, undefined, response)
    expect(reports).toEqual([])
    Object.assign(response, { headersSent: true, statusCode: 404 })
    response.end()
    expect(reports).toEqual([[404, undefined]])
  })

  test('is counted without a status when none was sent', async () => {
    const { decide, reports, request } = await setUp()
    const response = responseTo(request)
    await decide(request, undefined, response)
    response.end()
    expect(reports).toEqual([[undefined, undefined]])
  })

  test('takes one listener, and none without a key', async () => {
    const { decide, request } = await setUp()
    const [first, second] = [responseTo(request), responseTo(requestWith(undefined))]
    await decide(request, undefined, first)
    await decide(request, undefined, first)
    await decide(requestWith(undefined), undefined, second)
    expect([first.listenerCount('close'), second.listenerCount('close')]).toEqual([1, 0])
  })

  test('is counted at once when the client left during the verification', async () => {
    const { decide, reports, request } = await setUp()
    await decide(request, undefined, responseTo(request, { destroyed: true }))
    await decide({ ...request }, undefined, responseTo(request, ofHttp2({ destroyed: true })))
    const alive = responseTo(request, ofHttp2({ destroyed: false }))
    await decide({ ...request }, undefined, alive)
    expect(reports).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
    alive.end()
    expect(reports).toHaveLength(3)
  })

  test('is counted at once where there is no response, or one that tells nothing', async () => {
    const { decide, reports, request } = await setUp()
    await decide(request, undefined)
    await decide({ ...request }, undefined, responseTo(request, { on: undefined as never }))
    expect(reports).toHaveLength(2)
  })

  test('is found also when the response does not know its request', async () => {
    const { decide, reports, request } = await setUp()
    const response = responseTo({ method: 'GET' })
    await decide(request, undefined, response)
    Object.assign(response, { headersSent: true, statusCode: 500 })
    response.end()
    expect(reports).toEqual([[500, undefined]])
  })

  test('whose guard refused it is denied by that code, whatever the status', async () => {
    const { auth, decide, reports, request } = await setUp()
    const response = responseTo(request)
    await decide(request, undefined, response)
    expect(await auth.require('docs:write').decide(request, undefined)).toMatchObject({ type: 'deny' })
    Object.assign(response, { headersSent: true, statusCode: 403 })
    response.end()
    expect(reports).toEqual([[403, 'insufficient_permission']])
  })

  test('whose guard refused it is reported with what it lacked, for all guards alike', async () => {
    const { keyring, token } = await keyringWithKey()
    const lacked: unknown[] = []
    const recordUse: Door['recordUse'] = (_, __, deniedBy) => void lacked.push(deniedBy && lackedBy(deniedBy))
    const auth = stepsOf(withDoor(keyring, { recordUse }))
    const { decide } = auth.authenticate()
    for (const guard of [auth.require('docs:write'), auth.requireAny('docs:write'), auth.check(() => false)]) {
      const request = requestWith(`Bearer ${token}`)
      const response = responseTo(request)
      await decide(request, undefined, response)
      await guard.decide(request, undefined)
      response.end()
    }
    expect(lacked).toEqual(['docs:write', 'docs:write', undefined])
  })

  test('is not begun where nothing is counted', async () => {
    const { keyring, request } = await setUp()
    const { decide } = stepsOf(withDoor(keyring, { recordUse: undefined })).authenticate()
    const response = responseTo(request)
    expect(await decide(request, undefined, response)).toMatchObject({ type: 'pass' })
    expect(response.listenerCount('close')).toBe(0)
  })
})

describe('a pipelined request whose turn has not come', () => {
  const pipelined = async () => {
    const made = await setUp()
    const connection = { destroyed: false }
    const request = Object.assign(new EventEmitter(), made.request, { socket: connection }) as HttpRequest &
      EventEmitter
    const response = responseTo(request)
    response.socket = null
    await made.decide(request, undefined, response)
    return { ...made, request, response, connection }
  }

  test('is counted when its client leaves before, which only the request tells', async () => {
    const { request, connection, reports } = await pipelined()
    connection.destroyed = true
    request.emit('close')
    expect(reports).toEqual([[undefined, undefined]])
  })

  test('is counted once when its turn comes', async () => {
    const { request, response, connection, reports } = await pipelined()
    request.emit('close')
    expect(reports).toEqual([])
    Object.assign(response, { headersSent: true, statusCode: 201 })
    response.end()
    connection.destroyed = true
    request.emit('close')
    expect(reports).toEqual([[201, undefined]])
  })
})
