import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { filled } from '../../../bench/lib/document.mjs'
import { markdownTable } from '../../../bench/lib/report.mjs'
import { sampler } from '../../../bench/lib/sampler.mjs'
import { median, quantile, ratios, shuffled } from '../../../bench/lib/statistics.mjs'
import { root } from '../../../tools/workspaces.mjs'

describe('the benchmarks', () => {
  test('run, without the packages that are compared with and without a database', () => {
    const args = ['bench/run.mjs', '--smoke', '--only', 'verify', '--keys', '1', '--no-peers']
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    expect(stderr + stdout).toContain('| **Claviger** |')
    expect(status).toBe(0)
  })

  test('refuse an unknown scenario', () => {
    const args = ['bench/run.mjs', '--only', 'verfiy']
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    expect(status).toBe(2)
    expect(stderr).toContain('verfiy')
  })
})

describe('their arithmetic', () => {
  test('takes the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(quantile([4, 3, 2, 1], 0.99)).toBe(4)
  })

  test('forms ratios within a round before it takes their middle', () => {
    expect(ratios([2, 30, 8], [1, 10, 2])).toEqual({ median: 3, least: 2, most: 4 })
  })

  test('shuffles a copy', () => {
    const list = [1, 2, 3, 4]
    expect(shuffled(list).toSorted((a, b) => a - b)).toEqual(list)
  })

  test('draws by Zipf: the first twice as often as the second', () => {
    // Weights 1, 1/2, 1/3, 1/4: the first ends at 0.48 of all, the second at 0.72.
    const drawn = [0, 0.47, 0.49, 0.71, 0.73, 0.999].map((at) => sampler('zipf', 4, () => at)())
    expect(drawn).toEqual([0, 0, 1, 1, 2, 3])
    expect(sampler('uniform', 4, () => 0.999)()).toBe(3)
  })
})

describe('their report', () => {
  test('aligns figures to the right', () => {
    expect(markdownTable({ columns: ['a', 'b'], rows: [['x', '1']] })).toBe('| a | b |\n| --- | ---: |\n| x | 1 |\n')
  })

  test('replaces what stands between its markers, and keeps what was not measured', () => {
    const page = 'a\n<!-- bench: one -->\nold\n<!-- /bench -->\n<!-- bench: two -->\nkept\n<!-- /bench -->\n'
    expect(filled(page, { one: 'new\n' })).toBe(
      'a\n<!-- bench: one -->\n\nnew\n\n<!-- /bench -->\n<!-- bench: two -->\nkept\n<!-- /bench -->\n',
    )
  })
})
