import { fileURLToPath } from 'node:url'
import { openStore } from './stores.mjs'

// The test servers are TypeScript, which Node 20 does not run by itself.
const sources = new URL('../../packages/test-servers/src/', import.meta.url)
const starters = { redis: 'startRedis', postgres: 'startPostgres', mariadb: 'startMariadb' }
const started = new Map()

/** Every kind of store, databases last. */
export const storeKinds = ['memory', 'sqlite', 'redis', 'postgres', 'mariadb']

/** A private, empty server on loopback with Claviger's tables; started once a run. Undefined where it is not installed. */
export async function serverFor(kind) {
  if (starters[kind] === undefined) return {}
  if (!started.has(kind)) started.set(kind, await start(kind))
  return started.get(kind)
}

/** Does the same for every kind of store. Gives the kinds left out, with the reason. */
export async function forEachStore(work) {
  const skipped = new Map()
  for (const kind of storeKinds) {
    const server = await serverFor(kind)
    if (server === undefined) skipped.set(kind, 'not installed')
    else await work(kind, server.url)
  }
  return skipped
}

/** As `serverFor`, but empty, and for the caller to stop. */
export async function freshServerFor(kind) {
  return starters[kind] === undefined ? {} : start(kind)
}

/** Stops every server of the run. */
export async function stopServers() {
  for (const server of started.values()) await server?.stop()
  started.clear()
}

async function start(kind) {
  const { runnerImport } = await import('vite')
  const file = fileURLToPath(new URL(`${kind}.ts`, sources))
  const { module } = await runnerImport(file, { configFile: false, logLevel: 'error' })
  const server = await module[starters[kind]]()
  if (server === undefined) return undefined
  if (kind !== 'redis') {
    const { store, close } = await openStore(kind, server.url)
    await store.migrate()
    await close()
  }
  return server
}
