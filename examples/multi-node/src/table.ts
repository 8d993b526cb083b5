import type { NodeDelays } from './measure.ts'

const columns = { min: 0, median: 50, p99: 99, max: 100 } as const

/** Delays as a table: a line per node. */
export function tableOf(nodes: readonly NodeDelays[]): string {
  const rows = [
    ['process', ...Object.keys(columns)],
    ...nodes.map(({ name, delaysMs }) => [
      name,
      ...Object.values(columns).map((percent) => `${percentile(delaysMs, percent)} ms`),
    ]),
  ]
  return rows
    .map(([name = '', ...cells]) => name.padEnd(12) + cells.map((cell) => cell.padStart(10)).join(''))
    .join('\n')
}

/** The smallest value that at least so many percent of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
}
