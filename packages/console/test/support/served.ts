import { mount } from '@claviger/express'
import { serveOnLoopback } from '@claviger/testing'
import express from 'express'

/** Serves a console on a free port, below a path. */
export async function served(
  page: Parameters<typeof mount>[0],
  path: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const app = express()
  app.use(path, mount(page))
  const { port, close } = await serveOnLoopback(app)
  return { url: `http://127.0.0.1:${port}${path}`, close }
}
