import { memoryLimiter } from '@claviger/limits'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { claviger, makeKey, type Ran, someConfig, sqliteProject } from '../support/cli.ts'

/** A project whose configuration is code, with limits. */
async function limitedProject(limits: unknown): Promise<(argv: readonly string[]) => Promise<Ran>> {
  const cwd = await sqliteProject()
  const config = { ...someConfig, store: 'sqlite:keys.db', limits }
  writeFileSync(join(cwd, 'limited.config.mjs'), '// given by the test')
  const io = {
    importModule: async (name: string) => (name.endsWith('limited.config.mjs') ? { default: config } : import(name)),
  }
  const { id } = await makeKey(cwd, 'Nightly')
  return (argv) =>
    claviger([...argv.map((one) => (one === 'ID' ? id : one)), '--config', 'limited.config.mjs'], { cwd, io })
}

const rule = { requests: 600, per: '1m' } as const

describe('keys limits on a store', () => {
  test('shows what is left of the limits of the configuration', async () => {
    const limiter = memoryLimiter()
    const ran = await limitedProject([
      { limiter, by: 'workspace', name: 'quota', rule: { requests: 1_000, per: 'month' } },
      { limiter, by: 'key', rule },
    ])
    const limit = { requests: 1_000, per: 'month', windowMs: null, burst: null } as const
    expect(limiter.consume('acme:quota:month:workspace:ws_acme', 400, limit, 'ws_acme').isAllowed).toBe(true)
    const { exitCode, stdout } = await ran(['keys', 'limits', 'ID', '--json'])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      limits: [
        {
          name: 'quota',
          by: 'workspace',
          requests: 1_000,
          per: 'month',
          remaining: 600,
          resetsAt: expect.stringMatching(/-01T00:00:00\.000Z$/),
        },
        { name: 'key', by: 'key', requests: 600, per: '1m', remaining: 600, resetsAt: null },
      ],
    })
    expect((await ran(['keys', 'limits', 'ID'])).stdout).toMatch(/quota +workspace +1,000 per month +600 /)
  })

  test('tells apart what a burst allows on top', async () => {
    const burst = { requests: 1_500, per: '1h' }
    const ran = await limitedProject([{ limiter: memoryLimiter(), by: 'key', rule: { ...rule, burst } }])
    expect(JSON.parse((await ran(['keys', 'limits', 'ID', '--json'])).stdout)).toMatchObject({
      limits: [{ requests: 600, per: '1m', burst, remaining: 2_100 }],
    })
    expect((await ran(['keys', 'limits', 'ID'])).stdout).toMatch(/key +key +600 per 1m, 1,500 per 1h on top +2,100 /)
    const plain = (await ran(['keys', 'limits', 'ID', '--plain'])).stdout
    expect(plain.trimEnd().split('\t')).toEqual(['key', 'key', '600', '1m', '2100', '', '1500', '1h'])
  })

  test('says where to name them when there are none', async () => {
    const ran = await limitedProject(undefined)
    expect((await ran(['keys', 'limits', 'ID'])).stdout).toContain('Name them in the configuration (limits)')
  })

  test('names what is wrong with a limit', async () => {
    const ran = await limitedProject([{ limiter: memoryLimiter(), by: 'address', rule }])
    const { exitCode, stderr } = await ran(['keys', 'limits', 'ID'])
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("'key', 'owner' or 'workspace'")])
  })
})
