import { createReporter } from '../http/reporting.ts'
import { parseOptions } from '../input/parse-options.ts'
import { type Answer, answerOf } from './answer.ts'
import { fetchOf, type Mountable } from './fetch-handler.ts'
import type { Exchange, NodeRequest, NodeResponse } from './node-exchange.ts'
import { readPrefix } from './prefix.ts'
import { problemAnswer } from './problems.ts'
import { discardRest } from './sent-body.ts'
import { originForm } from './target.ts'
import { toRequest } from './to-request.ts'

/** How a handler is mounted. */
export interface MountOptions {
  /**
   * Where it is mounted, when the framework does not take that off the path itself: `/api/api-keys`, or `/:workspace/api-keys`
   * with `:workspace` for one segment. Requests beside it go on to the next middleware. Leave it out below `app.use(path, ...)`
   * of Express and below koa-mount.
   */
  readonly prefix?: string | undefined
}

/** A handler, ready to be asked by a framework. */
export interface Mounted {
  /** Undefined for a request beside the prefix. Never rejects: what fails is reported, and answered 500. */
  answer(exchange: Exchange): Promise<Answer> | undefined
  /** The answer to a request whose own answer cannot be written. Reports why. */
  failed(error: unknown, method: string | undefined): Answer
  /** Reports that an answer broke off after its head was sent. */
  broken(error: unknown): void
}

/**
 * What adapters share.
 *
 * @throws {ConfigurationError} for an invalid handler or option
 */
export function createMounted(handler: Mountable, given?: MountOptions): Mounted {
  const fetch = fetchOf(handler)
  const takeOff = readPrefix(parseOptions<MountOptions>('mount', given, ['prefix']).prefix)
  const reporter = createReporter(withoutTokens)

  const ask = async (exchange: Exchange, target: string): Promise<Answer> => {
    const { req, res } = exchange
    try {
      const asked = toRequest(exchange, target, watch(req, res))
      if (!('problem' in asked)) return await answerOf(await fetch(asked.request, asked.host), req.method)
      if (asked.problem === 'body_lost') {
        reporter.fault(
          'CLAVIGER_BODY_LOST',
          'mount',
          `other middleware had read the body and kept nothing of it. ${howToKeep}`,
        )
      }
      return problemAnswer(asked.problem, req.method)
    } catch (error) {
      return failed(error, req.method)
    }
  }
  const failed = (error: unknown, method: string | undefined): Answer => {
    reporter.fault('CLAVIGER_HANDLER_FAILED', 'mount', 'the handler failed; the request was answered 500.', error)
    return problemAnswer('handler_failed', method)
  }

  return {
    failed,
    answer(exchange) {
      const target = takeOff(originForm(exchange.url ?? '/'))
      return target === undefined ? undefined : ask(exchange, target)
    },
    broken(error) {
      reporter.fault('CLAVIGER_HANDLER_FAILED', 'mount', 'an answer broke off; its connection was cut.', error)
    },
  }
}

const howToKeep = 'Mount it before that middleware, or let that keep the body as req.rawBody or req.body.'

/** Aborts when the client leaves before it has its answer. */
function watch(req: NodeRequest, res: NodeResponse): AbortSignal {
  const controller = new AbortController()
  const onClose = (): void => {
    // Of HTTP/2, what was cut is finished, too.
    if (!res.writableEnded || !res.writableFinished)
      controller.abort(new DOMException('The client went away.', 'AbortError'))
  }
  if (isClosed(res)) onClose()
  res.once('close', onClose).once('finish', () => discardRest(req))
  return controller.signal
}

function isClosed(res: NodeResponse): boolean {
  return res.destroyed || (res as { readonly closed?: boolean }).closed === true
}

/** Without a keyring: whatever has the shape of its tokens, whole or cut. */
function withoutTokens(text: string): string {
  return text.replaceAll(/\b[a-z][a-z0-9]{0,15}_[a-z][a-z0-9]{0,15}_[0-9A-Za-z]{8,}/g, '[token]')
}
