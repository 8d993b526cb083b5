import { randomTokens } from '../../lib/tokens.mjs'

/** The framework and a handler; anybody may come in. */
export function prepare(count) {
  return { tokens: randomTokens(count), isOpen: true, express: () => [], koa: () => [] }
}
