import type { UsageOfKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import type { Names } from '../reading/names.ts'
import type { Visit } from '../visit/visit.types.ts'
import { reasonLabel } from './reasons.tsx'

interface RankingProps {
  readonly visit: Visit
  readonly of: readonly UsageOfKey[]
  readonly names: Names
}

/** The keys with the most denied requests, the most first. Pure. */
export function mostDenied(keys: readonly UsageOfKey[], most: number): readonly UsageOfKey[] {
  return keys
    .filter(({ denied }) => denied > 0)
    .toSorted((a, b) => b.denied - a.denied)
    .slice(0, most)
}

const mostOfOneReason = 3

/** The keys with the most requests that were denied for one reason. Pure. */
export function deniedWith(keys: readonly UsageOfKey[], code: string): readonly UsageOfKey[] {
  const count = ({ deniedBy }: UsageOfKey): number => deniedBy[code] ?? 0
  return keys
    .filter((key) => count(key) > 0)
    .toSorted((a, b) => count(b) - count(a))
    .slice(0, mostOfOneReason)
}

/** The keys with the most requests. */
export const BusiestKeys: FC<RankingProps> = ({ visit, of, names }) => {
  const { number, percent } = visit.format
  const most = Math.max(1, ...of.map(({ requests }) => requests))
  if (of.length === 0) return <p class="inner muted">No key was used.</p>
  return (
    <table class="table">
      <caption class="hidden">The keys with the most requests</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col" class="num">
            Requests
          </th>
          <th scope="col" class="num">
            Denied
          </th>
          <th scope="col" class="num">
            Errors
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ keyId, requests, deniedRate, errorRate }) => (
          <tr>
            <td>
              <KeyName visit={visit} id={keyId} names={names} />
              <Meter part={requests / most} tone="c1" />
            </td>
            <td class="num">{number(requests)}</td>
            <td class="num">{percent(deniedRate)}</td>
            <td class="num">{percent(errorRate)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The keys with the most denied requests, and for what most of them were denied. */
export const MostDenied: FC<RankingProps> = ({ visit, of, names }) => {
  const { number, percent } = visit.format
  const most = Math.max(1, ...of.map(({ denied }) => denied))
  if (of.length === 0) return <p class="inner muted">No request was denied.</p>
  return (
    <table class="table">
      <caption class="hidden">The keys with the most denied requests</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col" class="num">
            Denied
          </th>
          <th scope="col" class="num">
            Of its requests
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ keyId, denied, deniedRate, deniedBy }) => (
          <tr>
            <td>
              <KeyName visit={visit} id={keyId} names={names} />
              <div class="small muted">{mainReason(deniedBy)}</div>
              <Meter part={denied / most} tone="c2" />
            </td>
            <td class="num">{number(denied)}</td>
            <td class="num">{percent(deniedRate)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function mainReason(deniedBy: UsageOfKey['deniedBy']): string {
  const [first] = Object.entries(deniedBy).toSorted(([, a], [, b]) => b - a)
  return first === undefined ? '' : reasonLabel(first[0])
}

const KeyName: FC<{ readonly visit: Visit; readonly id: string; readonly names: Names }> = ({ visit, id, names }) => (
  <a class="title" href={visit.link(`keys/${id}`)}>
    <bdi>{names.of({ type: 'key', id }).name}</bdi>
  </a>
)

/** How much, as a bar. What it says stands beside it. */
const Meter: FC<{ readonly part: number; readonly tone: 'c1' | 'c2' }> = ({ part, tone }) => (
  <svg class="meter thin" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
    <rect class="base" width="100" height="3" />
    <rect class={tone} width={Math.max(0.5, Math.round(part * 1_000) / 10)} height="3" />
  </svg>
)
