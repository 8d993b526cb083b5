import { type ActivityEntry, type KeyUsage, type LimitState, limitStates, type ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { UsageChart } from '../charts/usage-chart.tsx'
import { ActivityList } from '../components/activity-list.tsx'
import { Banner } from '../components/banner.tsx'
import { EffectiveGrants } from '../components/effective-grants.tsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { deedsFor, isAlive } from '../components/key-menu.tsx'
import { KeyFacts } from '../components/key-facts.tsx'
import { lastDeed, StateBanner } from '../components/key-state.tsx'
import { Limits } from '../components/limits.tsx'
import { Page } from '../components/page.tsx'
import { RangeLinks } from '../components/range-links.tsx'
import { Reasons } from '../components/reasons.tsx'
import { SecretVersions } from '../components/secret-versions.tsx'
import { Status } from '../components/status.tsx'
import { troubleshootPath } from '../components/troubleshoot-path.ts'
import { attempt } from '../reading/attempt.ts'
import { type CallersFound, known, readCallers } from '../reading/callers.ts'
import { stillTrying } from '../reading/callers-by-secret.ts'
import { type Namesakes, readNamesakes } from '../reading/namesakes.ts'
import { type Names, readNames, whoIn } from '../reading/names.ts'
import { readResourceNames, type ResourceNames } from '../reading/resource-choices.ts'
import { type Range, rangeOf, usageInput } from '../reading/ranges.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { keyNoticeOf } from './notices.ts'

/** Everything about one key. */
export async function showDetail(visit: Visit, { id }: Asked): Promise<Answer> {
  const key = await visit.keys.get(id)
  const range = rangeOf(visit.query)
  const works = isAlive(key)
  const [usage, activity, effective, diagnosis, limits, resourceNames, namesakes, callers] = await Promise.all([
    visit.can.viewUsage ? attempt(visit, 'usage', () => visit.keys.usage(id, usageInput(range, visit.now))) : undefined,
    visit.can.viewActivity
      ? attempt(visit, 'activity', () => visit.keys.activity({ keyId: id, limit: 20 }))
      : undefined,
    works ? attempt(visit, 'permissions', () => visit.keys.effectivePermissions(id)) : [],
    works && visit.can.diagnose ? attempt(visit, 'diagnosis', () => visit.keys.diagnose({ id })) : undefined,
    works ? limitStates(visit.settings.keyring, visit.settings.limits, key) : [],
    readResourceNames(visit, Object.keys(key.resources)),
    readNamesakes(visit, key),
    readCallers(visit, id),
  ])
  // The mark that lists ask for is set when the key is used; here the owner was just asked.
  const isOwnerGone = key.ownerGoneAt !== null || (typeof diagnosis === 'object' && diagnosis.code === 'owner_gone')
  const entries = typeof activity === 'object' ? activity.items : []
  const names = await readNames(visit, [key.owner, key.createdBy, ...whoIn(entries)])
  return page(
    <DetailPage
      {...{ visit, of: key, range, usage, entries, effective, limits, names, isOwnerGone, resourceNames, namesakes }}
      callers={callers}
    />,
  )
}

type Found<Value> = Value | 'notSupported' | 'unavailable' | undefined

interface DetailProps {
  readonly visit: Visit
  readonly of: ManagedKey
  readonly range: Range
  readonly usage: Found<KeyUsage>
  readonly entries: readonly ActivityEntry[]
  readonly effective: Found<readonly string[]>
  readonly limits: readonly LimitState[]
  readonly names: Names
  readonly isOwnerGone: boolean
  readonly resourceNames: ResourceNames
  readonly namesakes: Namesakes
  readonly callers: CallersFound
}

const DetailPage: FC<DetailProps> = ({
  visit,
  of: key,
  range,
  usage,
  entries,
  effective,
  limits,
  names,
  isOwnerGone,
  resourceNames,
  namesakes,
  callers,
}) => {
  const notice = keyNoticeOf(visit.query, key.status)
  // While two secrets work, they are what there is to do.
  const secrets = (
    <SecretVersions visit={visit} of={key} usage={typeof usage === 'object' ? usage : undefined} callers={callers} />
  )
  return (
    <Page visit={visit} section="keys" heading={key.name}>
      <Head
        title={<bdi>{key.name}</bdi>}
        back={{ href: visit.link(''), label: visit.settings.title }}
        beside={
          <div class="badges">
            <code class="nowrap">{key.hint}</code>
            <Status of={isOwnerGone ? withOwnerGone(key) : key} />
          </div>
        }
        lead={key.description === null ? undefined : <bdi>{key.description}</bdi>}
      >
        <Deeds visit={visit} of={key} />
      </Head>
      {notice !== undefined && (
        <Banner tone="good" live>
          {notice}
        </Banner>
      )}
      <StateBanner
        visit={visit}
        of={key}
        isOwnerGone={isOwnerGone}
        by={lastDeed(key, entries, names)}
        newer={namesakes.newer}
        isNew={visit.query.get('notice') === key.status}
        stillTrying={stillTrying(key, known(callers), visit.now).length}
      />
      <div class="columns">
        <div>
          {usage !== undefined && <UsageCard visit={visit} usage={usage} range={range} />}
          <section class="card" aria-labelledby="permissions">
            <header>
              <h2 id="permissions">Permissions</h2>
            </header>
            <EffectiveGrants
              visit={visit}
              of={key}
              effective={key.status === 'disabled' ? [] : effective}
              owner={names.of(key.owner).name}
            />
          </section>
          {visit.can.viewActivity && (
            <section class="card" aria-labelledby="activity">
              <header>
                <h2 id="activity">Activity</h2>
                <a class="small" href={visit.link(`activity?key=${key.id}`)}>
                  All activity
                </a>
              </header>
              <ActivityList visit={visit} called={key.name} entries={entries} names={names} />
            </section>
          )}
        </div>
        <div>
          {key.status === 'rotating' && secrets}
          <KeyFacts
            visit={visit}
            of={key}
            names={names}
            isOwnerGone={isOwnerGone}
            resourceNames={resourceNames}
            endedBefore={namesakes.endedBefore}
            callers={known(callers)}
          />
          {limits.length > 0 && <Limits visit={visit} of={limits} />}
          {key.status !== 'rotating' && secrets}
        </div>
      </div>
    </Page>
  )
}

const Deeds: FC<{ readonly visit: Visit; readonly of: ManagedKey }> = ({ visit, of: key }) => (
  <>
    {deedsFor(visit, key).map(({ label, path, icon, isFinal }) => (
      <a
        class={isFinal ? 'button danger' : 'button'}
        href={visit.link(`keys/${key.id}/${path}`)}
        data-dialog={path === 'edit' ? undefined : ''}
      >
        <Icon name={icon} />
        {label}
      </a>
    ))}
  </>
)

function withOwnerGone({ status, attention }: ManagedKey): Pick<ManagedKey, 'status' | 'attention'> {
  return { status, attention: attention.includes('ownerGone') ? attention : ['ownerGone', ...attention] }
}

const UsageCard: FC<{
  readonly visit: Visit
  readonly usage: Exclude<Found<KeyUsage>, undefined>
  readonly range: Range
}> = ({ visit, usage, range }) => {
  const { number, percent } = visit.format
  return (
    <section class="card" aria-labelledby="usage">
      <header>
        <h2 id="usage">Usage</h2>
        <RangeLinks current={range} />
      </header>
      {typeof usage === 'string' ? (
        <p class="inner muted">
          {usage === 'notSupported'
            ? 'This key store does not count usage.'
            : 'Usage could not be read just now. The key works.'}
        </p>
      ) : (
        <>
          <div class="inner stack">
            <p>
              <strong class="nums">{number(usage.totals.requests)}</strong> requests,{' '}
              <strong class="nums">{percent(usage.totals.deniedRate)}</strong> denied,{' '}
              <strong class="nums">{percent(usage.totals.errorRate)}</strong> answered with a server error
            </p>
            <UsageChart
              report={usage}
              format={visit.format}
              label={`Requests with this key, last ${range.label}: ${number(usage.totals.requests)}, of which ${number(usage.totals.denied)} denied`}
            />
          </div>
          {usage.totals.denied > 0 && (
            <>
              <header>
                <h3>Why requests were denied</h3>
                {visit.can.diagnose && (
                  <a class="small" href={visit.link(`troubleshoot?key=${usage.keyId}`)}>
                    Troubleshoot
                  </a>
                )}
              </header>
              <Reasons
                visit={visit}
                of={usage.totals}
                {...(visit.can.diagnose && { link: (lacked) => visit.link(troubleshootPath(usage.keyId, lacked)) })}
              />
            </>
          )}
        </>
      )}
    </section>
  )
}
