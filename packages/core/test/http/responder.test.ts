import { beforeAll, describe, expect, test, vi } from 'vitest'
import { pass, passOn, preflight } from '../../src/http/decision.ts'
import { createDenials } from '../../src/http/denial.ts'
import type { HttpAuthOptions } from '../../src/http/options.ts'
import { type Answer, createResponder } from '../../src/http/responder.ts'
import type { HttpResponse } from '../../src/http/response.ts'

const denial = createDenials({ realm: 'api', verbose: true }).of({ code: 'invalid_key' })
const deny = { type: 'deny', denial } as const

beforeAll(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => {}))

/** A response on paper. */
interface Paper {
  response: HttpResponse & { headersSent: boolean; writableEnded: boolean; destroyed: boolean }
  answer: Answer<string>
  headers: Map<string, string>
  sent: unknown[]
}

function paper(): Paper {
  const headers = new Map<string, string>()
  const sent: unknown[] = []
  const response = {
    headersSent: false,
    writableEnded: false,
    destroyed: false,
    getHeader: (name: string) => headers.get(name),
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: (name: string) => void headers.delete(name),
    destroy: () => sent.push('destroyed'),
  }
  return {
    response,
    headers,
    sent,
    answer: {
      context: 'context',
      discard: () => !response.headersSent,
      isAnswered: () => response.headersSent,
      setStatus: (status) => void sent.push(status),
      send: (body) => void sent.push(body),
    },
  }
}

function responder(onDenied?: HttpAuthOptions<string>['onDenied']): ReturnType<typeof createResponder<string>> {
  return createResponder<string>(
    { vary: 'Authorization, X-API-Key', onDenied },
    createDenials({ realm: 'api', verbose: true }),
    (text) => text,
  )
}

describe('prepare', () => {
  test('sets Vary, and API-Key-Expires where there is something to tell', () => {
    const { response, headers } = paper()
    expect(responder().prepare(response, { ...pass, expires: 'soon' })).toBe(true)
    expect([...headers]).toEqual([
      ['Vary', 'Authorization, X-API-Key'],
      ['API-Key-Expires', 'soon'],
    ])
  })

  test('leaves the response alone when a guard lets the request pass at once', () => {
    const touched: (string | symbol)[] = []
    const response = new Proxy(paper().response, { get: (_, name) => void touched.push(name) })
    expect(responder().prepare(response, passOn)).toBe(true)
    expect(touched).toEqual([])
  })

  test('cuts a connection whose response has begun', () => {
    const { response, sent, headers } = paper()
    response.headersSent = true
    expect(responder().prepare(response, pass)).toBe(false)
    expect([sent, headers.size]).toEqual([['destroyed'], 0])
  })

  test('cuts an HTTP/2 stream, whose response cannot be destroyed itself', () => {
    const { response, sent } = paper()
    const { destroy: _, ...overHttp2 } = {
      ...response,
      headersSent: true,
      stream: { destroy: () => sent.push('reset') },
    }
    expect(responder().prepare(overHttp2, pass)).toBe(false)
    expect(sent).toEqual(['reset'])
  })

  test('leaves a response alone that other code has ended', () => {
    const { response, sent } = paper()
    response.headersSent = true
    response.writableEnded = true
    expect(responder().prepare(response, pass)).toBe(false)
    expect(sent).toEqual([])
  })
})

describe('refuse', () => {
  test('answers a preflight with 204 and nothing else', () => {
    const { response, answer, sent, headers } = paper()
    void responder().refuse(response, preflight, answer)
    expect([sent, headers.size]).toEqual([[204, ''], 0])
  })

  test('writes nothing when the client has left, and does not bother onDenied', () => {
    const { response, answer, sent, headers } = paper()
    response.destroyed = true
    void responder(() => void sent.push('asked')).refuse(response, deny, answer)
    expect([sent, headers.size]).toEqual([[], 0])
  })

  test('writes nothing when the client leaves while onDenied takes its time', async () => {
    const { response, answer, sent } = paper()
    await responder(async () => {
      await Promise.resolve()
      response.destroyed = true
    }).refuse(response, deny, answer)
    expect(sent).toEqual([401])
  })

  test('sets status and headers before onDenied is asked, and again if it does not answer', async () => {
    const { response, answer, sent, headers } = paper()
    await responder(async (_denial, context) => {
      sent.push(context, headers.get('WWW-Authenticate'))
      headers.delete('WWW-Authenticate')
    }).refuse(response, deny, answer)
    expect(sent).toEqual([401, 'context', 'Bearer realm="api", error="invalid_token"', 401, denial.body])
    expect(Object.fromEntries(headers)).toEqual({
      'Cache-Control': 'no-store',
      'WWW-Authenticate': 'Bearer realm="api", error="invalid_token"',
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Length': String(denial.body.length),
    })
  })

  test('adds nothing when onDenied answered', () => {
    const { response, answer, sent } = paper()
    void responder(() => {
      response.headersSent = true
    }).refuse(response, deny, answer)
    expect(sent).toEqual([401])
  })

  test('cuts the connection when onDenied fails with half an answer out', async () => {
    const { response, answer, sent } = paper()
    await responder(async () => {
      response.headersSent = true
      throw new Error('half')
    }).refuse(response, deny, answer)
    expect(sent).toEqual([401, 'destroyed'])
  })

  test('adds nothing when onDenied fails after a whole answer', () => {
    const { response, answer, sent } = paper()
    void responder(() => {
      response.headersSent = true
      response.writableEnded = true
      throw new Error('afterwards')
    }).refuse(response, deny, answer)
    expect(sent).toEqual([401])
  })

  test('does not tell an expiry with 401', () => {
    const { response, answer, headers } = paper()
    headers.set('API-Key-Expires', 'soon')
    void responder().refuse(response, deny, answer)
    expect(headers.has('API-Key-Expires')).toBe(false)
  })
})
