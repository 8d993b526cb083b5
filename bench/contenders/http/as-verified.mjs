import { middlewaresOf } from '../../lib/middlewares.mjs'

/** A contender of `verify` behind a middleware of the usual form. */
export async function prepare(count, { name, ...options }) {
  const { prepare: prepareVerify } = await import(`../verify/${name}.mjs`)
  const { tokens, verify } = await prepareVerify(count, options)
  return { tokens, ...middlewaresOf((token) => verify(`Bearer ${token}`)) }
}
