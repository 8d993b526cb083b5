import { once } from 'node:events'
import { createServer } from 'node:http'
import { countArgon2 } from '../lib/count-argon2.mjs'
import { serve } from '../lib/worker.mjs'

// One server that measures itself; see scenarios/http.mjs. The handler answers what a small API answers.
const body = { prompts: ['Summarise a meeting', 'Write a release note'] }
let server
let contender
let before
let argon2Runs

const frameworks = {
  async express(middlewares) {
    const { default: express } = await import('express')
    const app = express()
    for (const middleware of middlewares) app.use(middleware)
    app.get('/v1/prompts', (_req, res) => void res.json(body))
    return createServer(app)
  },
  async koa(middlewares) {
    const { default: Koa } = await import('koa')
    const app = new Koa()
    for (const middleware of middlewares) app.use(middleware)
    app.use((ctx) => {
      ctx.body = body
    })
    const handle = app.callback()
    return createServer((req, res) => void handle(req, res))
  },
}

serve({
  async prepare({ name, framework, keys, options }) {
    argon2Runs = countArgon2()
    const { prepare } = await import(`../contenders/http/${name}.mjs`)
    contender = await prepare(keys, options)
    server = await frameworks[framework](await contender[framework]())
    server.keepAliveTimeout = 600_000
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return { port: server.address().port, tokens: contender.tokens, isOpen: contender.isOpen === true }
  },

  begin() {
    // Young garbage only: a full collection throws compiled code away, and the slowest to come back is the longest.
    globalThis.gc({ type: 'minor' })
    before = process.cpuUsage()
  },

  /** CPU time since `begin`, in microseconds. */
  end() {
    const { user, system } = process.cpuUsage(before)
    return user + system
  },

  /** Times argon2 has verified a hash in this process. */
  argon2Runs: () => argon2Runs(),

  async stop() {
    server.closeAllConnections()
    server.close()
    await contender.close?.()
  },
})
