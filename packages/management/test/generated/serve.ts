import { mount } from '@claviger/core/mount'
import { serveOnLoopback } from '@claviger/testing'
import { onTestFinished } from 'vitest'
import { world, type World } from '../support/world.ts'

/** A world whose API is served by `node:http` under a path, until the test ends. */
export async function servedWorld(): Promise<World & { readonly baseUrl: string }> {
  const made = await world()
  const server = await serveOnLoopback(mount(made.api, { prefix: '/api/api-keys' }))
  onTestFinished(() => server.close())
  return { ...made, baseUrl: `http://127.0.0.1:${server.port}/api/api-keys` }
}
