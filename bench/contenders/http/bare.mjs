import { randomTokens } from '../../lib/tokens.mjs'

/** The framework and a handler; anyone may come in. */
export function prepare(count) {
  return { tokens: randomTokens(count), isOpen: true, express: () => [], koa: () => [] }
}
