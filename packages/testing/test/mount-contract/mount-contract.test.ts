import type { IncomingMessage, ServerResponse } from 'node:http'
import { mount } from '@claviger/core/mount'
import { describe, expect, test } from 'vitest'
import { type ContractServer, type MountApp, mountContract, serveOnLoopback } from '../../src/index.ts'
import { type Collected, collect, failuresOf } from '../http-contract/collecting-runner.ts'

type Listener = (req: IncomingMessage, res: ServerResponse, next: () => void) => void

/** What a defective adapter does before, or in place of, mounting. */
interface Defect {
  /** What becomes of the handler. */
  readonly handler?: (handler: MountApp['handler']) => MountApp['handler']
  /** What becomes of the listener. */
  readonly listener?: (listener: Listener) => Listener
  readonly prefix?: (prefix: string) => string
}

function contractOf(defect: Defect): readonly Collected[] {
  const serve = ({ handler, place, isHttp2, before, behind }: MountApp): Promise<ContractServer> => {
    const prefix = (place.inside ?? '') + place.path
    const given = defect.handler?.(handler) ?? handler
    const mounted: Listener = mount(given, { prefix: defect.prefix?.(prefix) ?? prefix })
    const listener = defect.listener?.(mounted) ?? mounted
    return serveOnLoopback(
      (req, res) => {
        const goOn = (): void => listener(req, res, () => behind(res))
        Promise.resolve(before?.(req, res)).then(goOn, () => res.destroy())
      },
      { isHttp2 },
    )
  }
  return collect((runner) => mountContract({ name: 'plain', serve, runner, hasParsers: false }))
}

const changed = (change: (response: Response) => Response): Defect => ({
  handler: (handler) => async (request, host) => change(await handler(request, host)),
})

const defects: readonly [what: string, defect: Defect, caughtBy: readonly string[]][] = [
  [
    'leaves the path of the mount on the URL',
    { prefix: () => '/' },
    ['at a path the handler gets what is below it', 'a request beside the mount goes on to what is behind it'],
  ],
  [
    'decodes the path',
    {
      listener: (listener) => (req, res, next) => {
        req.url = (req.url ?? '').replaceAll('%2F', '/')
        listener(req, res, next)
      },
    },
    ['at a path the handler gets what is below it'],
  ],
  [
    'resolves dot segments',
    {
      listener: (listener) => (req, res, next) => {
        const { pathname, search } = new URL(`http://x${req.url ?? '/'}`)
        req.url = pathname + search
        listener(req, res, next)
      },
    },
    ['dot segments are refused, since the handler would see another path than the host did'],
  ],
  [
    'reads the whole body before it asks the handler',
    {
      handler: (handler) => async (request, host) => {
        if (request.body === null) return handler(request, host)
        const { method, url, headers, signal } = request
        return handler(new Request(url, { method, headers, signal, body: await request.arrayBuffer() }), host)
      },
    },
    ['a big body is read no faster than the handler wants it'],
  ],
  [
    'leaves the rest of a body in the connection',
    {
      listener: (listener) => (req, res, next) => {
        listener(req, res, next)
        res.on('finish', () => void setImmediate(() => req.pause()))
      },
    },
    ['a handler that refuses a big body early is heard, and the next request on the connection is read'],
  ],
  [
    'joins cookies in one line',
    changed((response) => {
      const cookie = response.headers.getSetCookie().join(', ')
      if (cookie !== '') response.headers.set('Set-Cookie', cookie)
      return response
    }),
    ['every cookie is a line of its own, beside those of the host'],
  ],
  [
    'waits for the whole answer',
    {
      handler: (handler) => async (request, host) => {
        const response = await handler(request, host)
        return response.body === null ? response : new Response(await response.arrayBuffer(), response)
      },
    },
    ['a stream is sent as it comes'],
  ],
  [
    'forgets the client',
    {
      handler: (handler) => (request, host) => {
        const { method, url, headers, body } = request
        const { signal } = new AbortController()
        const rest = body === null ? {} : { body, duplex: 'half' as const }
        return handler(new Request(url, { method, headers, signal, ...rest }), host)
      },
    },
    ['a client that leaves aborts the request, also where it waits'],
  ],
  [
    'takes headers from the client in place of those of the host',
    {
      listener: (listener) => (req, res, next) => {
        const sent: Record<string, string> = {}
        for (let index = 0; index < req.rawHeaders.length; index += 2) {
          const name = req.rawHeaders[index]?.toLowerCase() ?? ''
          if (name !== '__proto__') sent[name] = req.rawHeaders[index + 1] ?? ''
        }
        Object.defineProperty(req, 'headers', { value: sent })
        listener(req, res, next)
      },
    },
    ['what the host took away, changed or added counts'],
  ],
  [
    'goes on after its answer',
    {
      listener: (listener) => (req, res, next) => {
        listener(req, res, next)
        next()
      },
    },
    ['at a path the handler gets what is below it'],
  ],
]

describe('the mount contract', () => {
  test.each(defects)(
    'fails an adapter that %s',
    async (_what, defect, caughtBy) => {
      const suspects = contractOf(defect).filter(({ title }) => caughtBy.includes(title))
      expect(new Set(suspects.map(({ title }) => title))).toEqual(new Set(caughtBy))
      expect(new Set(await failuresOf(suspects.map(bounded)))).toEqual(new Set(caughtBy))
    },
    60_000,
  )

  test('passes an adapter without defects', async () => {
    const suspects = contractOf({}).filter(({ title }) => defects.some(([, , caughtBy]) => caughtBy.includes(title)))
    expect(await failuresOf(suspects)).toEqual([])
  }, 60_000)
})

/** A defect may leave a test waiting. */
function bounded({ title, run }: Collected): Collected {
  const late = (): Promise<never> =>
    new Promise((_, reject) => void setTimeout(() => reject(new Error(`${title}: no end`)), 3_000))
  return { title, run: () => Promise.race([run(), late()]) }
}
