import type { UsageNumbers, WorkspaceUsage } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { UsageChart } from '../charts/usage-chart.tsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { Page } from '../components/page.tsx'
import { RangeLinks } from '../components/range-links.tsx'
import { Reasons } from '../components/reasons.tsx'
import { attempt } from '../reading/attempt.ts'
import { type Names, readNames } from '../reading/names.ts'
import { type Range, rangeOf, usageInput } from '../reading/ranges.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'

/** How the keys of the workspace are used. */
export async function showUsage(visit: Visit): Promise<Answer> {
  const range = rangeOf(visit.query)
  const usage = await visit.keys.workspaceUsage({ ...usageInput(range, visit.now), limit: 10 })
  const [before, names] = await Promise.all([
    attempt(visit, 'usage', () => visit.keys.workspaceUsage({ ...usageInput(range, visit.now, true), limit: 1 })),
    readNames(
      visit,
      usage.byKey.map(({ keyId }) => ({ type: 'key', id: keyId })),
    ),
  ])
  return page(
    <UsagePage {...{ visit, range, usage, before: typeof before === 'object' ? before : undefined, names }} />,
  )
}

interface UsagePageProps {
  readonly visit: Visit
  readonly range: Range
  readonly usage: WorkspaceUsage
  readonly before: WorkspaceUsage | undefined
  readonly names: Names
}

const UsagePage: FC<UsagePageProps> = ({ visit, range, usage, before, names }) => {
  const { format, link } = visit
  const { totals } = usage
  return (
    <Page visit={visit} section="usage" heading="Usage">
      <Head title="Usage" lead="Every request with a valid secret, allowed or denied.">
        <RangeLinks current={range} />
      </Head>
      <div class="stats">
        <Figure
          label="Requests"
          value={format.compact(totals.requests)}
          change={changed(visit, totals.requests, before?.totals.requests)}
        />
        <Figure
          label="Denied"
          value={format.compact(totals.denied)}
          change={`${format.percent(totals.deniedRate)} of requests`}
        />
        <Figure label="Error rate" value={format.percent(totals.errorRate)} change={was(visit, before?.totals)} />
        <Figure
          label="Keys in use"
          value={usage.activeKeys === null ? '\u2013' : format.number(usage.activeKeys)}
          change={
            usage.activeKeys === null ? 'too many to count' : counted(visit, usage.activeKeys, before?.activeKeys)
          }
        />
      </div>
      <section class="card" aria-labelledby="chart">
        <header>
          <h2 id="chart">Requests</h2>
          <div class="buttons">
            <a class="button small" href={link(`usage.csv?range=${range.name}`)}>
              <Icon name="download" />
              CSV by {range.bucket}
            </a>
            <a class="button small" href={link(`usage.csv?range=${range.name}&by=key`)}>
              <Icon name="download" />
              CSV by key
            </a>
          </div>
        </header>
        <div class="inner">
          <UsageChart
            report={usage}
            format={format}
            label={`Requests of the last ${range.label}: ${format.number(totals.requests)}, of which ${format.number(totals.denied)} denied`}
          />
        </div>
      </section>
      <div class="columns even">
        <section class="card" aria-labelledby="top">
          <header>
            <h2 id="top">Busiest keys</h2>
          </header>
          <BusiestKeys visit={visit} usage={usage} names={names} />
        </section>
        <section class="card" aria-labelledby="reasons">
          <header>
            <h2 id="reasons">Why requests were denied</h2>
          </header>
          <Reasons visit={visit} of={totals} link={link('troubleshoot')} />
        </section>
      </div>
      <p class="help">
        <strong>Denied</strong> means refused by the checks of keys (401, 403 or 429). <strong>Errors</strong> are
        allowed requests that your API answered with 5xx. Tokens that are not of this workspace are not counted. Counts
        arrive within seconds.
      </p>
    </Page>
  )
}

const Figure: FC<{ readonly label: string; readonly value: string; readonly change: string }> = ({
  label,
  value,
  change,
}) => (
  <div class="stat">
    <span>{label}</span>
    <b>{value}</b>
    <small>{change}</small>
  </div>
)

const BusiestKeys: FC<{ readonly visit: Visit; readonly usage: WorkspaceUsage; readonly names: Names }> = ({
  visit: { format, link },
  usage: { byKey },
  names,
}) => {
  const most = Math.max(1, ...byKey.map(({ requests }) => requests))
  if (byKey.length === 0) return <p class="inner muted">No key was used.</p>
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
        {byKey.map(({ keyId, requests, deniedRate, errorRate }) => (
          <tr>
            <td>
              <a class="title" href={link(`keys/${keyId}`)}>
                <bdi>{names.of({ type: 'key', id: keyId }).name}</bdi>
              </a>
              <svg class="meter thin" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
                <rect class="base" width="100" height="3" />
                <rect class="c1" width={Math.max(0.5, Math.round((requests / most) * 1_000) / 10)} height="3" />
              </svg>
            </td>
            <td class="num">{format.number(requests)}</td>
            <td class="num">{format.percent(deniedRate)}</td>
            <td class="num">{format.percent(errorRate)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function changed({ format }: Visit, now: number, before: number | null | undefined): string {
  if (before === null || before === undefined) return '\u00a0'
  if (before === 0) return now === 0 ? 'as before' : 'none before'
  const share = now / before - 1
  if (Math.abs(share) < 0.005) return 'as in the period before'
  return `${share > 0 ? '+' : '\u2212'}${format.percent(Math.abs(share))} against the period before`
}

function counted({ format }: Visit, now: number, before: number | null | undefined): string {
  if (before === null || before === undefined) return '\u00a0'
  return now === before ? 'as in the period before' : `${format.number(before)} in the period before`
}

function was({ format }: Visit, before: UsageNumbers | undefined): string {
  return before === undefined || before.requests === 0
    ? '\u00a0'
    : `${format.percent(before.errorRate)} in the period before`
}
