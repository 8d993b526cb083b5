import { Hono } from 'hono'
import { answerResponse } from './answer-response.ts'
import { type ManagementOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { openApiDocument } from './openapi/document.ts'
import { problemOf } from './problems/of-error.ts'
import { type Problem, problem, problemResponse } from './problems/problem.ts'
import { readBody } from './reading/body.ts'
import { readConditions } from './reading/conditions.ts'
import { namesOf } from './resources/names.ts'
import { endpoints } from './routes/all.ts'
import { type Answer, changesSomething, type Endpoint } from './routes/endpoint.ts'
import { pathFor, publicPathOf, unrouted } from './routes/paths.ts'
import { queryOf } from './routes/query.ts'
import { type Admission, admit } from './web/admission.ts'
import { limited, type ManagementCall, steppedUp } from './web/hooks.ts'
import { askedWith, type Host, type HostRequest, hostOf } from './web/host.ts'

/** The management API of one keyring. */
export interface ManagementApi {
  /**
   * Answers a request whose path is relative to the mount: `/keys`, `/openapi.json`. Never rejects. A closure: hand it
   * on as it is.
   *
   * @param host what stands around the request, as adapters give it; anything else there counts as absent
   */
  readonly fetch: (request: Request, host?: Host | object) => Promise<Response>
}

type Admitted = Extract<Admission, { readonly ok: true }>

interface Bindings {
  readonly requestId: string
  readonly asked: HostRequest
  readonly admitted: Admitted
  readonly publicPath: string
}

/**
 * Makes the REST API for managing keys: a web-standard `fetch` handler over `keyring.as(actor)`.
 *
 * @throws {ConfigurationError} naming the option that is wrong
 */
export function managementApi<Permission extends string>(given: ManagementOptions<Permission>): ManagementApi {
  const options = resolveOptions(given)
  const { report } = options
  const app = routes(options)

  const answer = async (request: Request, host: Host, asked: HostRequest, requestId: string): Promise<Response> => {
    const foreign = options.crossSite(request)
    if (foreign !== undefined) return problemResponse(foreign, requestId)
    const admission = await admit(options, asked, requestId)
    if (!admission.ok) return problemResponse(admission.problem, requestId)
    // It may be in logs by now: better to say so than to go on.
    if (options.keyring.redact(request.url) !== request.url)
      return problemResponse(problem('credential_in_url'), requestId)
    return app.fetch(request, {
      requestId,
      asked,
      admitted: admission,
      publicPath: publicPathOf(request.url, host.originalUrl),
    })
  }

  return {
    async fetch(request, around) {
      const program = options.programs.get(new URL(request.url).pathname)
      // It proves its caller in a way of its own.
      if (program !== undefined) return program.fetch(request, around)
      const host = hostOf(around)
      const asked = askedWith(request, host)
      let requestId = 'req_unknown'
      try {
        requestId = options.requestIdOf(asked)
        return await answer(request, host, asked, requestId)
      } catch (error) {
        report(error, 'fetch', requestId)
        return problemResponse(problem('internal_error'), requestId)
      }
    },
  }
}

function routes(options: ResolvedOptions): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>()
  for (const endpoint of endpoints) {
    app.on(endpoint.method, pathFor(endpoint), async ({ req, env }) => {
      try {
        const answer = await run(options, endpoint, req.raw, req.param('id') ?? '', env)
        return 'code' in answer ? problemResponse(answer, env.requestId) : answerResponse(answer, env.requestId)
      } catch (error) {
        options.report(error, endpoint.action, env.requestId)
        return problemResponse(problem('internal_error'), env.requestId)
      }
    })
  }
  app.get('/openapi.json', async ({ env }) => {
    const call = { ...env.asked, actor: env.admitted.actor, action: 'getOpenApi', targetId: undefined } as const
    const over = await limited(options.limit, call)
    if (over !== undefined) return problemResponse(over, env.requestId)
    const document = openApiDocument({ serverUrl: env.publicPath === '' ? '/' : env.publicPath })
    return answerResponse({ status: 200, body: document }, env.requestId)
  })
  app.notFound(({ req, env }) => problemResponse(unrouted(req.method, req.path), env.requestId))
  app.onError((error, { env }) => {
    options.report(error, 'routing', env.requestId)
    return problemResponse(problem('internal_error'), env.requestId)
  })
  return app
}

/** One call, from the host's limits to core and back. */
async function run(
  options: ResolvedOptions,
  endpoint: Endpoint,
  request: Request,
  id: string,
  { requestId, asked, admitted, publicPath }: Bindings,
): Promise<Answer | Problem> {
  const { actor, keys } = admitted
  const call: ManagementCall = { ...asked, actor, action: endpoint.action, targetId: id === '' ? undefined : id }
  const over = await limited(options.limit, call)
  if (over !== undefined) return over
  if (changesSomething(endpoint)) {
    if (options.readOnly) return problem('read_only')
    const doubted = await steppedUp(options.stepUp, call)
    if (doubted !== undefined) return doubted
  }
  const conditions = readConditions(endpoint, request.headers)
  if (!conditions.ok) return conditions.problem
  const read = endpoint.method === 'get' ? noBody : await readBody(endpoint, request, options.maxBodyBytes)
  if (!read.ok) return read.problem
  const { revision, idempotencyKey } = conditions
  const search = new URL(request.url).searchParams
  try {
    return await endpoint.run({
      actor,
      keys,
      keyring: options.keyring,
      id,
      query: readQuery(endpoint, search),
      body: read.body,
      idempotencyKey,
      revision,
      search,
      requestId,
      readOnly: options.readOnly,
      presets: options.presets,
      limits: options.limits,
      names: async (who) => namesOf(options, { actor, keys, requestId }, who),
      publicPath,
    })
  } catch (error) {
    const found = problemOf(error, {
      body: read.sent,
      renamed: endpoint.renamed,
      parameters: Object.keys(endpoint.query?.shape ?? {}),
      isConditional: revision !== undefined,
      isRotation: endpoint.action === 'rotateKey',
    })
    if (found.status >= 500) options.report(error, endpoint.action, requestId)
    return found
  }
}

const noQuery = queryOf({})
const noBody = { ok: true, body: {}, sent: undefined } as const

function readQuery(endpoint: Endpoint, search: URLSearchParams): unknown {
  return (endpoint.query ?? noQuery).read(search)
}
