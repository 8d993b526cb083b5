import { spawnSync } from 'node:child_process'

/** Whether these tests can run. In CI, where no one looks at skipped tests, they run and fail. */
export const canStartRedis: boolean =
  process.env.CI !== undefined || spawnSync('redis-server', ['--version']).error === undefined
