import {
  admit,
  askedWith,
  type Authorize,
  type CrossSiteCheck,
  type Host,
  hostOf,
  type Limit,
  limited,
  type ManagementAction,
  type Problem,
  problem,
  problemOf,
  type RequestIds,
  type StepUp,
  steppedUp,
} from '@claviger/management/web'
import type { Context } from 'hono'
import type { Settings } from '../options/settings.types.ts'
import { ProblemPage, StrangerPage } from '../pages/problem.tsx'
import { linksFrom } from '../visit/links.ts'
import { openVisit } from '../visit/open-visit.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, documentText, type Markup } from './answer.ts'
import { emptyForm, type Form, isForm, readForm } from './form.ts'
import { pageHeaders } from './headers.ts'

/** What requests are handled with. */
export interface HandleParts {
  readonly settings: Settings
  readonly authorize: Authorize
  readonly isCrossSite: CrossSiteCheck
  readonly requestIds: RequestIds
  readonly limit: Limit | undefined
  readonly stepUp: StepUp | undefined
}

/** What a route is told besides the visit. */
export interface Asked {
  readonly form: Form
  /** The id in the path. */
  readonly id: string
}

/** Shows or does something. What it throws becomes a page that says what went wrong. */
export type Show = (visit: Visit, asked: Asked) => Answer | Promise<Answer>

/** Hono's handler for a route. Of a route that changes something, `action` names it for the hooks of the host. */
export function handler(parts: HandleParts, show: Show, action?: ManagementAction) {
  const { settings, isCrossSite, requestIds, limit, stepUp } = parts
  return async (context: Context): Promise<Response> => {
    const host = hostOf(context.env)
    const { raw: request } = context.req
    const asked = askedWith(request, host)
    const requestId = requestIds(asked)
    const respond = responder(settings, request, host, requestId)

    const foreign = isCrossSite(request)
    if (foreign !== undefined) return respond.stranger(foreign)
    const clean = withoutTokens(new URL(request.url), settings.keyring)
    // Before anyone is asked who it is: a page to sign in on would be led back to the same URL.
    if (clean !== undefined && request.method !== 'POST') return respond.leave(clean)
    const form = request.method === 'POST' ? await readForm(request) : emptyForm
    const admission = await admit(
      { keyring: settings.keyring, authorize: parts.authorize, report: settings.onError },
      asked,
      requestId,
    )
    if (!admission.ok) {
      const signIn = admission.redirect ?? settings.signInUrl
      // A form is not led away: what was written in it would be lost, and the policy of the page forbids it.
      if (admission.redirect !== undefined && request.method !== 'POST') return respond.leave(admission.redirect)
      return respond.stranger(admission.problem, signIn, isForm(form) ? form : undefined)
    }
    const { actor, keys } = admission
    const visit = openVisit(settings, { actor, keys, request, originalUrl: host.originalUrl, requestId })
    if (!isForm(form)) return respond.problem(visit, form)
    const id = context.req.param('id') ?? ''
    try {
      if (action !== undefined) {
        if (settings.readOnly && action !== 'diagnoseKey') return respond.problem(visit, problem('read_only'))
        const call = { ...asked, actor, action, targetId: id === '' ? undefined : id }
        const refused = (await limited(limit, call)) ?? (await steppedUp(stepUp, call))
        if (refused !== undefined) return respond.problem(visit, refused)
      }
      return respond.answer(visit, await show(visit, { form, id }))
    } catch (error) {
      const found = problemOf(error)
      if (found.status >= 500) settings.onError(error, settings.keyring.redact(visit.path), requestId)
      return respond.problem(visit, found)
    }
  }
}

/** A key that came in a URL leaves it at once: the same page without it. Undefined where there is none. */
function withoutTokens({ searchParams }: URL, keyring: Pick<Settings['keyring'], 'redact'>): string | undefined {
  const pairs = [...searchParams]
  const clean = pairs.map((pair) => pair.map((text) => keyring.redact(text)) as [string, string])
  const isClean = clean.flat().every((text, index) => text === pairs.flat()[index])
  return isClean ? undefined : `?${new URLSearchParams(clean).toString()}`
}

function responder(settings: Settings, request: Request, { originalUrl }: Host, requestId: string) {
  const headers = { ...pageHeaders(settings.frameAncestors), 'X-Request-Id': requestId }
  const link = linksFrom(new URL(request.url).pathname, originalUrl, settings.publicPath)
  const html = async (body: Markup, status: number, more: Readonly<Record<string, string>> = {}): Promise<Response> =>
    new Response(await documentText(body), {
      status,
      headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8', ...more },
    })
  const leave = (to: string): Response => new Response(null, { status: 303, headers: { ...headers, Location: to } })

  return {
    leave,
    stranger: (found: Problem, signInUrl?: string, form?: Form): Promise<Response> =>
      html(<StrangerPage {...{ settings, link, found, signInUrl, form, requestId }} />, found.status, found.headers),
    problem: (visit: Visit, found: Problem): Promise<Response> =>
      html(<ProblemPage visit={visit} found={found} />, found.status, found.headers),
    async answer(visit: Visit, answer: Answer): Promise<Response> {
      switch (answer.type) {
        case 'page':
          return html(answer.body, answer.status ?? 200)
        case 'redirect':
          return leave(visit.link(answer.to))
        case 'file':
          return new Response(answer.text, {
            headers: {
              ...headers,
              'Content-Type': answer.mime,
              'Content-Disposition': `attachment; filename="${answer.name}"`,
            },
          })
      }
    },
  }
}
