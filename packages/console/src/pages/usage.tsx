import type { UsageNumbers, UsageOfKey, WorkspaceUsage } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { UsageChart } from '../charts/usage-chart.tsx'
import { BusiestKeys, deniedWith, MostDenied, mostDenied } from '../components/key-ranking.tsx'
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
  const usage = await visit.keys.workspaceUsage({ ...usageInput(range, visit.now), limit: mostRanked })
  const [busiest, denied] = [usage.byKey.slice(0, mostShown), mostDenied(usage.byKey, mostShown)]
  const [before, names] = await Promise.all([
    attempt(visit, 'usage', () => visit.keys.workspaceUsage({ ...usageInput(range, visit.now, true), limit: 1 })),
    readNames(
      visit,
      [
        ...busiest,
        ...denied,
        ...Object.keys(usage.totals.deniedBy).flatMap((code) => deniedWith(usage.byKey, code)),
      ].map(({ keyId }) => ({ type: 'key', id: keyId })),
    ),
  ])
  return page(
    <UsagePage
      {...{
        visit,
        range,
        usage,
        busiest,
        denied,
        before: typeof before === 'object' ? before : undefined,
        names,
      }}
    />,
  )
}

// What one call names. Those that were denied most are found among them: no store has an index for that.
const mostRanked = 100
const mostShown = 10

interface UsagePageProps {
  readonly visit: Visit
  readonly range: Range
  readonly usage: WorkspaceUsage
  readonly busiest: readonly UsageOfKey[]
  readonly denied: readonly UsageOfKey[]
  readonly before: WorkspaceUsage | undefined
  readonly names: Names
}

const UsagePage: FC<UsagePageProps> = ({ visit, range, usage, busiest, denied, before, names }) => {
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
          <BusiestKeys visit={visit} of={busiest} names={names} />
        </section>
        <section class="card" aria-labelledby="denied">
          <header>
            <h2 id="denied">Most denied</h2>
          </header>
          <MostDenied visit={visit} of={denied} names={names} />
          {usage.othersAtMost > 0 && (
            <p class="inner help">
              Among the {format.number(usage.byKey.length)} busiest keys: no other had more than{' '}
              {format.number(usage.othersAtMost)} requests.
            </p>
          )}
        </section>
      </div>
      <section class="card" aria-labelledby="reasons">
        <header>
          <h2 id="reasons">Why requests were denied</h2>
        </header>
        <Reasons
          visit={visit}
          of={totals}
          keysOf={(code) =>
            deniedWith(usage.byKey, code).map(({ keyId, deniedBy }) => ({
              id: keyId,
              name: names.of({ type: 'key', id: keyId }).name,
              count: deniedBy[code] ?? 0,
            }))
          }
        />
      </section>
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
