import { describe, expect, test } from 'vitest'
import type { ServerSettings } from '../../src/ready/server-settings.ts'
import { problemWith } from '../../src/ready/servers.ts'

describe('what is wrong with a server', () => {
  const good: ServerSettings = {
    version: '7.0.15',
    role: 'master',
    evictionPolicy: 'noeviction',
    appendOnly: true,
    fromInfo: false,
  }

  test.each([
    ['nothing', {}, undefined],
    ['nothing on a later version', { version: '10.1.0' }, undefined],
    [
      'nothing that could be seen on one that tells neither version nor role',
      { version: undefined, role: undefined },
      undefined,
    ],
    ['its version', { version: '6.2.14' }, 'client'],
    ['that it is a replica', { role: 'slave' }, 'client'],
    ['that it evicts', { evictionPolicy: 'allkeys-lru' }, 'allowVolatileStore'],
    ['that it evicts what has a time to live', { evictionPolicy: 'volatile-ttl' }, 'allowVolatileStore'],
    ['that it does not tell whether it evicts', { evictionPolicy: undefined }, 'allowVolatileStore'],
    ['that it keeps no file', { appendOnly: false }, 'allowVolatileStore'],
    ['that it does not tell whether it keeps a file', { appendOnly: undefined }, 'allowVolatileStore'],
  ])('%s', (_, settings, option) => {
    expect(problemWith({ ...good, ...settings }, false)?.option).toBe(option)
    expect(problemWith({ ...good, ...settings }, true)?.option).toBe(option === 'client' ? 'client' : undefined)
  })
})
