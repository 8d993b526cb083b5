import type { KeyUsage, ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { type CallersFound, known } from '../reading/callers.ts'
import { callersOf, callersOfOld, refusedSince } from '../reading/callers-by-secret.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Callers, CallersOfStopped, NetworksNote } from './callers.tsx'
import { isAlive, mayRotate } from './key-menu.tsx'
import { OldCallers } from './old-secret-callers.tsx'
import { Time } from './time.tsx'

const hourMs = 3_600_000

interface SecretsProps {
  readonly visit: Visit
  readonly of: ManagedKey
  readonly usage: KeyUsage | undefined
  /** Who used them. */
  readonly callers: CallersFound
}

/** The secrets of a key, and who uses them; while two work, how much traffic still comes with the previous one. */
export const SecretVersions: FC<SecretsProps> = ({ visit, of: key, usage, callers: found }) => {
  const { can, now } = visit
  const callers = known(found)
  // A secret that has stopped is shown as long as something still tries it.
  const shown = key.secrets.filter(
    (secret) =>
      secret.endsAt === null ||
      secret.endsAt.getTime() > now ||
      callersOfOld(key, secret, callers, now).still.length > 0,
  )
  return (
    <section class="card secrets" aria-labelledby="secrets">
      <header>
        <h2 id="secrets">Secret versions</h2>
      </header>
      <ul class="rows">
        {shown.map((secret) => (
          <SecretRow visit={visit} of={key} secret={secret} callers={found} />
        ))}
      </ul>
      {found === 'unavailable' && <p class="inner small muted">Who calls with this key could not be read just now.</p>}
      {callers.length > 0 && (
        <div class="inner">
          <NetworksNote of={callers} />
        </div>
      )}
      {can.rotate && isAlive(key) && !mayRotate(visit, key) && (
        <p class="inner help">Only its owner can rotate it: who rotates a key sees its new secret.</p>
      )}
      {key.status === 'rotating' && <Overlap visit={visit} of={key} usage={usage} callers={found} />}
    </section>
  )
}

const SecretRow: FC<
  Pick<SecretsProps, 'visit' | 'of' | 'callers'> & { readonly secret: ManagedKey['secrets'][number] }
> = ({ visit, of: key, secret, callers: found }) => {
  const { format, now } = visit
  const { version, hint, createdAt, endsAt, imported } = secret
  const hasStopped = endsAt !== null && endsAt.getTime() <= now
  const callers = known(found)
  return (
    <li>
      <div>
        <strong>{endsAt === null ? 'Current' : 'Previous'}</strong> <span class="muted">v{version}</span>{' '}
        {imported && <span class="badge plain">Imported</span>}
        <div class="small muted">
          <code>&hellip;{hint.slice(-4)}</code>, made <Time at={createdAt} format={format} />
        </div>
      </div>
      {endsAt !== null && (
        <span class="small">
          {hasStopped ? 'stopped' : 'stops'} <Time at={endsAt} format={format} />
        </span>
      )}
      {endsAt === null ? (
        <CurrentCallers visit={visit} of={key} callers={callersOf(secret, callers)} />
      ) : (
        <OldCallers visit={visit} of={callersOfOld(key, secret, callers, now)} hasStopped={hasStopped} />
      )}
    </li>
  )
}

/** Who uses the current secret; of a key that is refused, who tried it since then, and who used it before. */
const CurrentCallers: FC<{
  readonly visit: Visit
  readonly of: ManagedKey
  readonly callers: ReturnType<typeof known>
}> = ({ visit, of: key, callers }) => {
  const since = refusedSince(key)
  if (since === undefined) return <Callers visit={visit} label="Used by" of={callers} />
  return <CallersOfStopped visit={visit} of={callers} since={since} />
}

/** How much still comes with the previous secret, and whether it may stop. */
const Overlap: FC<SecretsProps> = ({ visit, of: key, usage, callers }) => {
  const { format, now, can } = visit
  const [current, old] = key.secrets
  const previous = usage?.secrets.find(({ version }) => version === old?.version)
  const previousUsedAt = previous?.lastUsedAt
  const rotatedAt = current?.createdAt.getTime() ?? now
  const { still, silent } = old === undefined ? none : callersOfOld(key, old, known(callers), now)
  const usedAt = Math.max(previousUsedAt?.getTime() ?? 0, still[0]?.lastUsedAt.getTime() ?? 0)
  // An hour without a use is told only of an hour that is over.
  const isEarly = now - rotatedAt < hourMs
  const isQuiet = !isEarly && now - usedAt > hourMs
  return (
    <div class="inner stack">
      {typeof usage?.previousSecretShare === 'number' && (
        <div class="field">
          <span class="small">
            <strong>{format.percent(usage.previousSecretShare)}</strong> of requests since the rotation still used the
            previous secret
            {previousUsedAt !== undefined && (
              <>
                , last <Time at={previousUsedAt} format={format} />
              </>
            )}
            .
          </span>
          <svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="base" width="100" height="6" />
            <rect class="c2" width={Math.round(usage.previousSecretShare * 1_000) / 10} height="6" />
          </svg>
        </div>
      )}
      {usage !== undefined && isEarly && (
        <p class="small">
          It is too early to tell whether something still uses the old secret: look again an hour after the rotation.
        </p>
      )}
      {usage !== undefined && isQuiet && <p class="small">{quietText(still.length + silent.length)}</p>}
      {can.rotate && mayRotate(visit, key) && (
        <a class="button small" href={visit.link(`keys/${key.id}/end-overlap`)} data-dialog>
          Stop the old secret now
        </a>
      )}
    </div>
  )
}

const none = { still: [], silent: [] } as const

/** What an hour without the old secret means, with the callers of it that did not come with the new one. */
function quietText(waiting: number): string {
  const quiet = 'Nothing has used the old secret for an hour.'
  if (waiting === 0) return `${quiet} It is safe to stop it.`
  return waiting === 1
    ? `${quiet} But 1 caller has not come with the new one: if it runs once a day, stopping the old one breaks it.`
    : `${quiet} But ${waiting} callers have not come with the new one: if they run once a day, stopping the old one breaks them.`
}
