import type { IncomingMessage } from 'node:http'
import type { ApiKey } from '@claviger/core'
import { type Decision, denialTable, type Door, identify } from '@claviger/core/http'
import { describe, expect, test } from 'vitest'
import { answering } from '../../src/http-contract/door.ts'
import { httpContract } from '../../src/http-contract/index.ts'
import { type Collected, collect, failuresOf } from './collecting-runner.ts'
import { honest, type Parts, servePlain } from './plain-adapter.ts'

function contractOf(defect: Partial<Parts>): readonly Collected[] {
  const parts = { ...honest, ...defect }
  return collect((runner) => httpContract({ name: 'plain', serve: (app) => servePlain(parts, app), runner }))
}

const everybody: Decision = { type: 'pass', apiKey: undefined, expires: undefined }

function withoutRaw(req: IncomingMessage): IncomingMessage {
  return Object.defineProperty(req, 'rawHeaders', { value: [] })
}

/** The keyring of an engine that has a fault of its own. */
function faulty(change: (door: Door) => Partial<Door>): Pick<Parts, 'app'> {
  return { app: (app) => ({ ...app, keyring: answering(app.keyring, change) }) }
}

let lastKey: ApiKey | undefined
let noteAgain: ((decision: Decision) => void) | undefined

const defects: readonly [what: string, defect: Partial<Parts>, caughtBy: readonly string[]][] = [
  [
    'looks only at parsed headers, where Node hides the second line',
    { read: withoutRaw },
    ['refuses two Authorization lines, even identical ones', 'refuses two lines that differ in the case of the name'],
  ],
  [
    'lets requests pass when the keyring fails',
    { decide: (decision) => (decision.type === 'deny' && decision.denial.status === 503 ? everybody : decision) },
    [
      'a store that fails answers 503, also with optional, and the handler is not reached',
      'whatever a keyring throws, synchronously too, nothing passes',
      'a keyring that was closed answers 503',
    ],
  ],
  [
    'does not tell clients of their limit',
    { decide: (decision) => (decision.type === 'pass' ? { ...decision, limits: undefined } : decision) },
    [
      'limit passes what is allowed and tells what is left, then answers 429, with a limiter that answers in the same tick',
      'of two limits the tightest is told, and when the second refuses, the first gets back what it took',
    ],
  ],
  [
    'lets requests over their limit pass',
    { decide: (decision) => (decision.type === 'deny' && decision.denial.status === 429 ? everybody : decision) },
    [
      'limit by a rule of the key: a plan for each workspace, and none',
      'limitFailures answers 429 to a client after too many answers of 401, with a limiter that answers in the same tick',
    ],
  ],
  [
    'lets every address in',
    {
      decide: (decision) =>
        decision.type === 'deny' && decision.denial.code === 'address_not_allowed' ? everybody : decision,
    },
    [
      'what a client says of its address is not believed',
      'an address that is not known, or none, is refused',
      'a key that was narrowed is refused by every process, as if it was revoked',
    ],
  ],
  [
    'believes what a client says of its address',
    {
      app: (app) => ({
        ...app,
        options: {
          ...app.options,
          clientAddress: (host) => {
            const said = (host as { req?: IncomingMessage }).req?.headers['x-forwarded-for']
            return typeof said === 'string' ? said : app.options?.clientAddress?.(host)
          },
        },
      }),
    },
    ['what a client says of its address is not believed'],
  ],
  [
    'does not ask the host for the address of a client',
    {
      app(app) {
        const { clientAddress: _, ...options } = app.options ?? {}
        return { ...app, options }
      },
    },
    [
      'limitFailures goes by clientAddress, where the host tells addresses itself',
      'clientAddress tells the address, in every spelling',
      'callers: clientAddress that gives "203.0.113.7" leads to the network 203.0.0.0/16',
    ],
  ],
  [
    'answers 401 when the keyring fails',
    faulty((door) => ({
      async check(carrier, field) {
        try {
          return await door.check(carrier, field)
        } catch {
          return { ok: false, code: 'invalid_key' }
        }
      },
    })),
    [
      'a store that fails answers 503, also with optional, and the handler is not reached',
      'a store that hangs answers 503 when the time is up',
      'an owner lookup that fails or makes no sense answers 503',
    ],
  ],
  [
    'takes every refusal for anonymity where a key is optional',
    { decide: (decision) => (decision.type === 'deny' && decision.denial.status === 401 ? everybody : decision) },
    ['optional refuses every bad credential', 'refuses a request without a credential'],
  ],
  [
    'keeps the last key in a variable',
    {
      handOver(exchange, apiKey) {
        if (apiKey !== undefined) lastKey = apiKey
        Object.defineProperty(exchange, 'apiKey', { get: () => lastKey, configurable: true })
      },
    },
    ['100 requests at once with two keys never see each other'],
  ],
  [
    'drops the challenge',
    {
      response: ({ res }) =>
        new Proxy(res, {
          get(target, name) {
            const value: unknown = Reflect.get(target, name)
            if (name === 'setHeader') {
              return (field: string, text: string) => field !== 'WWW-Authenticate' && target.setHeader(field, text)
            }
            return typeof value === 'function' ? (value.bind(target) as unknown) : value
          },
        }),
    },
    ['refuses a request without a credential', 'the realm is named in every challenge'],
  ],
  [
    'overwrites Vary',
    {
      response: ({ res }) =>
        new Proxy(res, {
          get(target, name) {
            if (name === 'getHeader') return () => undefined
            const value: unknown = Reflect.get(target, name)
            return typeof value === 'function' ? (value.bind(target) as unknown) : value
          },
        }),
    },
    ["the application's own Vary is kept, and * is left alone"],
  ],
  [
    'leaves an identity where it found one',
    {
      handOver(exchange, apiKey) {
        if (apiKey !== undefined) exchange.apiKey = apiKey
      },
    },
    ['an identity that other code set on the request does not stay'],
  ],
  [
    'takes no notice of a guard that is missing',
    {
      decide(decision) {
        if (decision.type !== 'pass') return decision
        const { judgement: _, ...rest } = decision
        return rest
      },
    },
    [
      'guarded answers 500 in place of a handler that no guard stood before, and says so once',
      'guarded lets errors of handlers out, but no part of an answer, and nothing that it prepared',
    ],
  ],
  [
    'passes requests by whose key came where none is read',
    { decide: (decision) => (decision.type === 'deny' && decision.denial.hint !== undefined ? everybody : decision) },
    ['optional refuses a key of ours in every form: a client that sends one does not mean to be anonymous'],
  ],
  [
    'echoes what was sent',
    { body: (body, { req }) => body.replace('"code"', `"sent":${JSON.stringify(req.headers.authorization)},"code"`) },
    [
      'no token and no hash in any answer, error or log (NODE_ENV unset)',
      'a revoked key answers key_revoked, cold and warm',
    ],
  ],
  [
    'calls next twice',
    { goOn: async (next) => void (await Promise.allSettled([next(), next()])) },
    ['the next middleware runs exactly once, hot and cold'],
  ],
  [
    'goes on after headers were sent',
    { ignoreUnready: true },
    [
      'when headers were sent before, the connection is cut and nothing passes',
      'a request that other code answered during the verification is left alone',
    ],
  ],
  [
    'tells which ids exist',
    faulty((door) => ({
      async check(carrier, field) {
        const verification = await door.check(carrier, field)
        const unknown = !verification.ok && verification.code === 'invalid_key' && field.includes('X'.repeat(16))
        return unknown ? { ok: false, code: 'malformed_key', hint: 'checksum' } : verification
      },
    })),
    ['an unknown key id answers invalid_key, cold and warm'],
  ],
  [
    'lets keys of other workspaces in',
    faulty((door) => ({ guards: { ...door.guards, workspace: () => undefined } })),
    ['workspace refuses the key of another workspace, also with a selector that takes its time'],
  ],
  [
    'forgets to strip, and strips where it should not',
    {
      app: (app) => ({ ...app, options: { ...app.options, stripCredential: app.options?.stripCredential !== true } }),
    },
    [
      'stripCredential takes the credential out of the request after success',
      'without stripCredential the credential stays where it is',
    ],
  ],
  [
    'answers preflights unasked',
    { app: (app) => ({ ...app, options: { ...app.options, skipPreflight: true } }) },
    ['OPTIONS is refused like any other method by default'],
  ],
  [
    'does not show the response to the gate',
    { observed: () => undefined },
    [
      'usage: a handler that answers 4xx or 5xx counts as allowed, and as an error of its kind',
      "usage: what a handler throws counts as the framework's own 500",
      'usage: a guard that refuses counts as denied by its code and what was lacked, and no longer as allowed',
      'usage: a client that leaves in the middle of the answer counts with the status it got',
    ],
  ],
  [
    'verifies as if there were no adapter, and counts again',
    {
      app: (app) => ({
        ...app,
        keyring: answering(app.keyring, () => ({
          check: (_carrier, field) => app.keyring.verify(field.replace('Bearer ', '')),
        })),
      }),
    },
    [
      'usage: every response counts once, cold and warm',
      'usage: requests that share a connection count each, pipelined too',
      'usage: further authenticators on one request count nothing more, of any keyring',
    ],
  ],
  [
    'passes keys for every resource',
    faulty(({ guards }) => ({ guards: { ...guards, resource: () => undefined } })),
    [
      'resource passes a key that reaches the resource, and refuses one that does not, now or later',
      'resource goes by what key and owner both reach now',
    ],
  ],
  [
    'counts nothing',
    faulty(() => ({ recordUse: undefined })),
    [
      'usage: every response counts once, cold and warm',
      'usage: HEAD, HTTP/1.0 and a response without a body count like any other',
      'usage: a client that leaves before the answer counts as allowed, with no status',
    ],
  ],
  [
    'keeps no callers',
    faulty(() => ({ noteCaller: undefined })),
    [
      'callers: the network of the connection and the first product of User-Agent are kept, cold and warm',
      'callers: during an overlap, callers with the old secret and callers with the new one are kept apart',
      'callers: a key that is refused shows who tries it, once its secret is proven, also where a key is optional',
      'callers: a key that is refused for its address or by a guard shows who tries it',
    ],
  ],
  [
    'keeps callers of accepted keys only',
    faulty(({ noteCaller }) => ({
      noteCaller: (verification, ...caller) => verification.ok && noteCaller?.(verification, ...caller),
    })),
    ['callers: a key that is refused shows who tries it, once its secret is proven, also where a key is optional'],
  ],
  [
    'keeps callers without their networks',
    faulty(({ noteCaller }) => ({
      noteCaller: (verification, _, userAgent) => noteCaller?.(verification, undefined, userAgent),
    })),
    [
      'callers: the network of the connection and the first product of User-Agent are kept, cold and warm',
      'callers: clientAddress that gives "2001:db8:1:2::3" leads to the network 2001:db8:1::/48',
      'callers: a client that leaves while its key is verified is kept with its network',
    ],
  ],
  [
    'reads the fields of a request from the end',
    {
      read(req) {
        const lines = Array.from({ length: req.rawHeaders.length / 2 }, (_, index) =>
          req.rawHeaders.slice(2 * index, 2 * index + 2),
        )
        return Object.defineProperty(req, 'rawHeaders', { value: lines.toReversed().flat() })
      },
    },
    ['callers: of several User-Agent fields the first counts, in any case of its name'],
  ],
  [
    'notes a caller for each authenticator',
    {
      decide(decision) {
        noteAgain?.(decision)
        return decision
      },
      ...faulty(({ noteCaller }) => {
        noteAgain = (decision) => {
          if (decision.type !== 'pass' || decision.apiKey === undefined) return
          noteCaller?.({ ok: true, apiKey: decision.apiKey, endsAt: null }, '192.0.2.1', 'node')
        }
        return {}
      }),
    },
    ['callers: an authenticator beside one of the application, and several on one request, note a key once'],
  ],
  [
    'does not tell what a refused key lacked',
    faulty(({ recordUse }) => ({
      recordUse: (verification, status, deniedBy) => recordUse?.(verification, status, deniedBy && { ...deniedBy }),
    })),
    [
      'usage: a guard that refuses counts as denied by its code and what was lacked, and no longer as allowed',
      'usage: an owner that lacks the permission counts as denied by that code and the permission',
      'a resource that is not reached counts as denied by its code and type, a key of an undeclared type by the code',
    ],
  ],
  [
    'takes every bearer credential for a key of ours',
    faulty((door) => ({ ours: { ...door.ours, isOurs: () => true } })),
    [
      'otherBearer: "pass" lets a JWT of any length pass where a key is optional, without a key and uncounted',
      'otherBearer: a similar prefix is not ours, and ours counts in every environment',
      'either: who the other authenticator lets pass reaches the handler without a key, and is not counted',
    ],
  ],
  [
    'takes damaged keys for credentials of others',
    faulty((door) => ({ ours: { ...door.ours, isOurs: (text) => door.tokenPattern.test(text as string) } })),
    [
      'otherBearer: a key cut to 20 characters is refused, and never passes as a credential of others',
      'otherBearer: a placeholder is refused with its hint, and so is a scheme with nothing behind it',
      'either: a bad or a damaged key of ours is refused, and the other authenticator is not asked',
    ],
  ],
  [
    'lets a function call a key of ours something else',
    faulty((door) => ({ ours: { ...door.ours, holdsToken: () => false } })),
    [
      'otherBearer: a JWT that holds a key of ours, as it is or encoded, is refused',
      'otherBearer: a function decides about everything but what holds a key of ours',
    ],
  ],
  [
    'goes on although it cannot tell what the other principal may do',
    { admit: (decision) => (decision.type === 'deny' && decision.denial.status === 500 ? everybody : decision) },
    ['either: permissionsOf that fails, or returns anything but a list of texts, answers 500 on every route'],
  ],
  [
    'lets pass whom the other authenticator knows nothing about',
    { admit: (decision) => (decision.type === 'deny' ? everybody : decision) },
    ['either: null says that there is no principal: 401, or anonymous where a key is optional'],
  ],
  [
    'goes on although the other authenticator has answered',
    {
      ignoreUnready: true,
      askOther: async (other, exchange, next) => (
        await other(exchange, next), exchange.res.headersSent ? next() : undefined
      ),
    },
    ['either: all others are asked the other authenticator, which answers as it likes'],
  ],
  [
    'goes on although the other authenticator has failed',
    { askOther: async (other, exchange, next) => Promise.resolve(other(exchange, next)).catch(next) },
    ['either: what the other authenticator throws reaches the host, and never the handler'],
  ],
  [
    'keeps what the other authenticator put in the place of the key',
    {
      handOver(exchange, apiKey) {
        if (apiKey !== undefined || exchange.apiKey === undefined || Object.isFrozen(exchange.apiKey))
          identify(exchange, apiKey)
      },
    },
    [
      'an identity that other code set on the request does not stay',
      'either: an identity that other code put there does not stay, nor what the other authenticator put there',
    ],
  ],
  [
    'never asks onDenied',
    {
      app: ({ onDenied: _, ...app }) => app,
    },
    ['onDenied answers in its own shape; status, challenge and no-store stay'],
  ],
]

test('an adapter without defects fails nothing', { timeout: 60_000 }, async () => {
  const tests = contractOf({})
  expect(await failuresOf(tests)).toEqual([])
  expect(tests.length).toBeGreaterThan(100)
})

describe('an adapter that', () => {
  test.each(defects)('%s is caught', { timeout: 30_000 }, async (_, defect, caughtBy) => {
    const tests = contractOf(defect).filter(({ title }) => caughtBy.includes(title))
    expect(await failuresOf(tests)).toEqual(tests.map(({ title }) => title))
    expect(tests.map(({ title }) => title).sort()).toEqual([...caughtBy].sort())
  })
})

test('test titles are unique, so that a failure names one test', () => {
  const titles = contractOf({}).map(({ title }) => title)
  expect(new Set(titles).size).toBe(titles.length)
})

test('every refusal of the wire table is provoked, and its bytes are written out', async () => {
  const { refusals: written } = await import('../../src/http-contract/refusals.ts')
  const codes = new Set(Object.values(written).map(({ body }) => (JSON.parse(body) as { code: string }).code))
  codes.add('malformed_key')
  expect([...codes].sort()).toEqual(Object.keys(denialTable).sort())
})
