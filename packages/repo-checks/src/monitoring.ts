/*
 * Programs around the recipes of `docs/guides/monitoring.md`, which stand beside them as `prometheus.mjs`,
 * `opentelemetry.mjs` and `shutdown.mjs`.
 */

/** Exports `happen`: two good uses; one refused, one without a key; the store fails once, then takes everything. */
export const whatHappens = `
  import { createKeyring, definePermissions, hmacSha256, systemActor } from '@claviger/core'
  import { createHttpAuth } from '@claviger/core/http'
  import { memoryStore } from '@claviger/store-memory'
  import { testClock } from '@claviger/testing'

  export async function happen() {
    const clock = testClock()
    const store = memoryStore()
    let isAway = true
    const keyring = createKeyring({
      prefix: 'acme',
      store: {
        ...store,
        addUsage: async (batch) => {
          if (isAway) throw new Error('away')
          await store.addUsage(batch)
        },
      },
      permissions: definePermissions({ prompts: ['read'] }),
      owners: 'unbounded',
      hasher: hmacSha256({ pepper: 'only for tests: 32 characters...' }),
      clock,
    })
    const keys = keyring.as(systemActor('ws_acme'))
    const { key, token } = await keys.create({ name: 'A', environment: 'ci', owner: { type: 'user', id: 'ada' } })
    await keyring.verify(token)
    await keyring.verify(token)
    await keys.revoke(key.id)
    const { decide } = createHttpAuth(keyring, {}, (step) => step).authenticate()
    await decide({ method: 'GET', url: '/', rawHeaders: ['Authorization', 'Bearer ' + token] })
    await decide({ method: 'GET', url: '/', rawHeaders: [] })
    await clock.advanceAsync(5_000)
    isAway = false
    await keyring.close()
  }
`

/** Print what the recipes show of it, a metric a line. */
export const showMetrics = {
  prometheus: `
    import { Registry } from 'prom-client'
    import { happen } from './happen.mjs'
    import { clavigerMetrics } from './prometheus.mjs'

    const register = new Registry()
    clavigerMetrics(register)
    await happen()
    console.log(await register.metrics())
  `,
  opentelemetry: `
    import { metrics } from '@opentelemetry/api'
    import {
      AggregationTemporality,
      InMemoryMetricExporter,
      MeterProvider,
      PeriodicExportingMetricReader,
    } from '@opentelemetry/sdk-metrics'
    import { happen } from './happen.mjs'
    import { clavigerMetrics } from './opentelemetry.mjs'

    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] })
    metrics.setGlobalMeterProvider(provider)
    clavigerMetrics(metrics.getMeter('claviger'))
    await happen()
    await provider.forceFlush()
    for (const { scopeMetrics } of exporter.getMetrics()) {
      for (const { descriptor, dataPoints } of scopeMetrics.flatMap((scope) => scope.metrics)) {
        for (const { attributes, value } of dataPoints) {
          console.log([descriptor.name, ...Object.values(attributes), value].join(' '))
        }
      }
    }
    await provider.shutdown()
  `,
}

/** A host that says what it has stored when it ends. */
export const shutdownHost = `
  import { createServer } from 'node:http'
  import { createKeyring, definePermissions, hmacSha256, systemActor } from '@claviger/core'
  import { apiKeyAuth } from '@claviger/express'
  import { memoryStore } from '@claviger/store-memory'
  import express from 'express'
  import { shutDownOnSignal } from './shutdown.mjs'

  let stored = 0
  const keyring = createKeyring({
    prefix: 'acme',
    store: {
      ...memoryStore(),
      addUsage: async ({ entries }) => entries.forEach(({ requests }) => (stored += requests)),
    },
    permissions: definePermissions({ prompts: ['read'] }),
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'only for tests: 32 characters...' }),
  })
  const owner = { type: 'user', id: 'ada' }
  const { token } = await keyring.as(systemActor('ws')).create({ name: 'A', environment: 'ci', owner })
  const app = express()
  app.use(apiKeyAuth(keyring).authenticate())
  app.get('/', (req, res) => res.send('ok'))
  app.get('/slow', (req, res) => {
    console.log('slow')
    process.once('SIGTERM', () => setTimeout(() => res.send('ok'), 100))
  })
  const server = createServer(app).listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ port: server.address().port, token }))
  })
  shutDownOnSignal(server, keyring)
  process.once('exit', () => console.log('stored ' + stored))
`

const healthHost = (framework: string): string => `
  import { createServer } from 'node:http'
  import { createKeyring, definePermissions, hmacSha256 } from '@claviger/core'
  import { memoryStore } from '@claviger/store-memory'
  import { readinessProbe } from './health-${framework}.mjs'

  const store = memoryStore()
  let isAway = true
  const keyring = createKeyring({
    prefix: 'acme',
    store: {
      ...store,
      poll: async (since) => {
        if (isAway) throw new Error('away')
        return store.poll(since)
      },
    },
    permissions: definePermissions({ prompts: ['read'] }),
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'only for tests: 32 characters...' }),
    onError: () => {},
    pollMs: 10,
    leaseMs: 40,
  })
  process.stdin.on('data', (text) => (isAway = String(text).trim() === 'away'))
  process.stdin.on('end', () => process.exit(0))
`

/** Hosts of the recipes for health. Told \`away\` or \`back\` on their input, their store is so. They show their port. */
export const healthHosts = {
  express: `${healthHost('express')}
    import express from 'express'
    const app = express()
    app.get('/ready', readinessProbe(keyring))
    const server = createServer(app).listen(0, '127.0.0.1', () => console.log(server.address().port))
  `,
  koa: `${healthHost('koa')}
    import Koa from 'koa'
    const app = new Koa()
    app.use(readinessProbe(keyring))
    const server = createServer(app.callback()).listen(0, '127.0.0.1', () => console.log(server.address().port))
  `,
}
