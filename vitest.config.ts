import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// Tests run against the sources: no build is needed, except by `repo-checks`, which tests what is published.
const conditions = ['@claviger/source', ...defaultServerConditions]
const resolve = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } }

const project = (folder: string, extra: object = {}): object => ({
  ...resolve,
  test: { name: folder.split('/')[1], root: folder, include: ['test/**/*.test.ts'], ...extra },
})

// postgres.js leaves a rejection unhandled when a connection breaks while it asks for array types, whatever opened it. The
// tests of faults break connections at any time.
const isOfPostgresJs = (error: object): boolean =>
  'query' in error && String(error.query).includes('left join pg_catalog.pg_type b on b.oid = a.typelem')

export default defineConfig({
  test: {
    onUnhandledError: (error) => (isOfPostgresJs(error) ? false : undefined),
    projects: [
      project('packages/core'),
      project('packages/store-memory'),
      project('packages/store-redis', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('packages/store-sql', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('packages/limits', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('packages/test-servers', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('packages/fault-lab', {
        globalSetup: '../../tools/build.setup.ts',
        testTimeout: 180_000,
        hookTimeout: 60_000,
      }),
      project('packages/cli', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('packages/testing'),
      project('packages/express'),
      project('packages/koa'),
      project('packages/management', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('packages/console', { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('packages/client', { testTimeout: 30_000 }),
      project('examples/prompts-api', { testTimeout: 30_000 }),
      project('examples/prompts-api-koa', { testTimeout: 30_000 }),
      project('examples/management-api', { testTimeout: 30_000 }),
      project('examples/console-demo', { testTimeout: 30_000 }),
      project('examples/console-express', { testTimeout: 30_000 }),
      project('examples/console-koa', { testTimeout: 30_000 }),
      project('examples/custom-adapter', {
        globalSetup: '../../tools/build.setup.ts',
        testTimeout: 30_000,
      }),
      project('examples/custom-store', {
        globalSetup: '../../tools/build.setup.ts',
        testTimeout: 30_000,
      }),
      project('examples/multi-node', {
        globalSetup: '../../tools/build.setup.ts',
        testTimeout: 60_000,
      }),
      project('packages/repo-checks', {
        globalSetup: '../../tools/build.setup.ts',
        testTimeout: 120_000,
        hookTimeout: 60_000,
      }),
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**'], exclude: ['packages/repo-checks/**'] },
  },
})
