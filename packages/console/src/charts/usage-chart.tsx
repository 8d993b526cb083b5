import type { UsageReport, UsageSeriesPoint } from '@claviger/core'
import type { FC } from 'hono/jsx'
import type { Format } from '../format/format.ts'
import { roundSteps } from './scale.ts'

interface UsageChartProps {
  readonly report: Pick<UsageReport, 'series' | 'bucket'>
  readonly format: Format
  readonly label: string
}

const height = 200
const top = 12
const bottom = 26
const plot = height - top - bottom

/** Requests over time as stacked bars, and the same as a table. Lengths along the axis are shares: it fits any width. */
export const UsageChart: FC<UsageChartProps> = ({ report: { series, bucket }, format, label }) => {
  if (series.every(({ requests }) => requests === 0)) return <p class="muted">No requests in this time.</p>
  const steps = roundSteps(Math.max(...series.map(({ requests }) => requests)))
  const most = steps[2] ?? 1
  const y = (count: number): number => Math.round((top + plot - (count / most) * plot) * 10) / 10
  const slot = 100 / series.length
  const at = (share: number): string => `${Math.round(share * 1_000) / 1_000}%`
  const nameOf = (start: Date): string => (bucket === 'hour' ? format.hour(start) : format.shortDay(start))
  return (
    <figure class="stack">
      <div class="chart">
        <svg height={height} aria-hidden="true">
          {[0, ...steps].map((value) => (
            <text x="36" y={y(value) + 4} text-anchor="end">
              {format.compact(value)}
            </text>
          ))}
        </svg>
        <svg height={height} class="plot" role="img" aria-label={label}>
          {[0, ...steps].map((value) => (
            <line x1="0" x2="100%" y1={Math.round(y(value)) + 0.5} y2={Math.round(y(value)) + 0.5} />
          ))}
          {series.map((point, index) => (
            <Bar
              point={point}
              name={nameOf(point.start)}
              format={format}
              x={at(index * slot + slot * 0.13)}
              width={at(slot * 0.74)}
              hit={{ x: at(index * slot), width: at(slot) }}
              y={y}
            />
          ))}
          {labelled(series, bucket).map(({ index, start, isExtra }) => (
            <text
              class={isExtra ? 'extra' : undefined}
              x={at((index + 0.5) * slot)}
              y={height - 6}
              text-anchor="middle"
            >
              {nameOf(start)}
            </text>
          ))}
        </svg>
      </div>
      <Legend />
      <details class="disclosure">
        <summary>Show as table</summary>
        <div class="scroll" tabindex={0} role="region" aria-label={`${label}, as a table`}>
          <UsageTable series={series} bucket={bucket} format={format} />
        </div>
      </details>
    </figure>
  )
}

interface BarProps {
  readonly point: UsageSeriesPoint
  readonly name: string
  readonly format: Format
  readonly x: string
  readonly width: string
  readonly hit: { readonly x: string; readonly width: string }
  readonly y: (count: number) => number
}

const Bar: FC<BarProps> = ({ point: { allowed, denied, serverErrors, requests }, name, format, x, width, hit, y }) => {
  const fine = allowed - serverErrors
  const parts = [
    { style: 'c1', from: 0, to: fine },
    { style: 'c2', from: fine, to: fine + denied },
    { style: 'c3', from: fine + denied, to: requests },
  ].filter(({ from, to }) => to > from)
  return (
    <g class="slot">
      <title>
        {`${name}: ${format.number(allowed)} allowed, ${format.number(denied)} denied, ${format.number(serverErrors)} errors`}
      </title>
      <rect class="hit" x={hit.x} width={hit.width} y={top} height={plot} />
      {parts.map(({ style, from, to }, index) => (
        <rect
          class={style}
          x={x}
          width={width}
          y={y(to)}
          height={Math.max(1, Math.round((y(from) - y(to)) * 10) / 10)}
          rx={index === parts.length - 1 && y(from) - y(to) > 4 ? 2 : undefined}
        />
      ))}
    </g>
  )
}

interface AxisLabel {
  readonly index: number
  readonly start: Date
  /** Whether narrow screens leave it out. */
  readonly isExtra: boolean
}

/** Every sixth hour; the Mondays of a long range; every day of a short one. */
function labelled(series: readonly UsageSeriesPoint[], bucket: 'hour' | 'day'): readonly AxisLabel[] {
  const isMarked = ({ start }: UsageSeriesPoint): boolean =>
    bucket === 'hour' ? start.getUTCHours() % 3 === 0 : series.length <= 10 || start.getUTCDay() === 1
  return series
    .flatMap((point, index) => (isMarked(point) ? [{ index, start: point.start }] : []))
    .filter(({ index }) => index < series.length - 1 || series.length <= 10)
    .map((label, count) => ({
      ...label,
      isExtra: count % (series.length > 60 ? 3 : 2) === 1 || (series.length > 60 && count % 3 === 2),
    }))
}

/** What the colours of bars mean, in their order from below. */
const Legend: FC = () => (
  <ul class="legend">
    {[
      ['c1', 'Allowed'],
      ['c2', 'Denied'],
      ['c3', 'Server errors (5xx)'],
    ].map(([style, text]) => (
      <li>
        <svg viewBox="0 0 10 10" aria-hidden="true">
          <rect class={style} width="10" height="10" rx="2" />
        </svg>
        {text}
      </li>
    ))}
  </ul>
)

const UsageTable: FC<{
  readonly series: readonly UsageSeriesPoint[]
  readonly bucket: 'hour' | 'day'
  readonly format: Format
}> = ({ series, bucket, format }) => (
  <table class="table">
    <thead>
      <tr>
        <th scope="col">{bucket === 'hour' ? 'Hour' : 'Day (UTC)'}</th>
        {['Requests', 'Allowed', 'Denied', 'Client errors', 'Server errors'].map((title) => (
          <th scope="col" class="num">
            {title}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {series.map(({ start, requests, allowed, denied, clientErrors, serverErrors }) => (
        <tr>
          <th scope="row" class="nowrap">
            {bucket === 'hour' ? format.exact(start) : format.day(start)}
          </th>
          {[requests, allowed, denied, clientErrors, serverErrors].map((count) => (
            <td class="num">{format.number(count)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
)
