import { randomTokens } from '../../lib/tokens.mjs'

/** Middlewares that do nothing: what the framework takes for any. */
export function prepare(count, { layers = 1 } = {}) {
  return {
    tokens: randomTokens(count),
    isOpen: true,
    express: () => Array.from({ length: layers }, () => (_req, _res, next) => next()),
    koa: () => Array.from({ length: layers }, () => (_ctx, next) => next()),
  }
}
