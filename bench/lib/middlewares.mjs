/** Middlewares around a function that says whether a token is good, at once or later. */
export function middlewaresOf(check) {
  const tokenOf = (header) => (header?.startsWith('Bearer ') ? header.slice(7) : undefined)
  return {
    express: () => [
      async (req, res, next) => {
        const token = tokenOf(req.headers.authorization)
        if (token === undefined || !(await check(token))) return void res.status(401).json({ code: 'invalid_key' })
        next()
      },
    ],
    koa: () => [
      async (ctx, next) => {
        const token = tokenOf(ctx.headers.authorization)
        if (token === undefined || !(await check(token))) return void (ctx.status = 401)
        await next()
      },
    ],
  }
}
