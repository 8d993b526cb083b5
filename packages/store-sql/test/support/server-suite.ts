import { faultProxy, type TestServer } from '@claviger/test-servers'
import { onTestFinished } from 'vitest'
import type { ClientOptions, ServerSuite } from '../suites/server-suite.ts'
import { emptied, type ServerClient } from './under-test.ts'

/** What the suites need, on a server that is started already. */
export function serverSuite(
  server: () => TestServer,
  connect: (url: string, options?: ClientOptions) => ServerClient,
  lockWaits: string,
): ServerSuite {
  const client = ({ url = server().url, ...options }: ClientOptions = {}): ServerClient => {
    const made = connect(url, options)
    onTestFinished(() => made.end())
    return made
  }
  return {
    server,
    lockWaits,
    client,
    async stores() {
      const clients = [client(), client(), client()] as const
      await emptied(clients[0], clients[0].store())
      return [clients[0].store(), clients[1].store(), clients[2].store()]
    },
    async proxy() {
      const proxy = await faultProxy(server())
      onTestFinished(() => proxy.close())
      return proxy
    },
  }
}
