import { randomTokens } from '../../lib/tokens.mjs'

/** One middleware that does nothing: what the framework takes for any. */
export function prepare(count) {
  return {
    tokens: randomTokens(count),
    isOpen: true,
    express: () => [(_req, _res, next) => next()],
    koa: () => [(_ctx, next) => next()],
  }
}
