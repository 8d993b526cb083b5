import type { KeyUsage, ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import type { Visit } from '../visit/visit.types.ts'
import { isAlive, mayRotate } from './key-menu.tsx'
import { Time } from './time.tsx'

const hourMs = 3_600_000

/** The secrets of a key; while two work, how much traffic still comes with the previous one. */
export const SecretVersions: FC<{
  readonly visit: Visit
  readonly of: ManagedKey
  readonly usage: KeyUsage | undefined
}> = ({ visit, of: key, usage }) => {
  const { format, now, can } = visit
  const isRotating = key.status === 'rotating'
  const previous = usage?.secrets.find(({ version }) => version === key.secrets[1]?.version)
  const previousUsedAt = previous?.lastUsedAt
  const rotatedAt = key.secrets[0]?.createdAt.getTime() ?? now
  // An hour without a use is told only of an hour that is over.
  const isEarly = now - rotatedAt < hourMs
  const isQuiet = !isEarly && (previousUsedAt === undefined || now - previousUsedAt.getTime() > hourMs)
  return (
    <section class="card" aria-labelledby="secrets">
      <header>
        <h2 id="secrets">Secret versions</h2>
      </header>
      <ul class="rows">
        {key.secrets
          .filter(({ endsAt }) => endsAt === null || endsAt.getTime() > now)
          .map(({ version, hint, createdAt, endsAt, imported }) => (
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
                  stops <Time at={endsAt} format={format} />
                </span>
              )}
            </li>
          ))}
      </ul>
      {can.rotate && isAlive(key) && !mayRotate(visit, key) && (
        <p class="inner help">Only its owner can rotate it: who rotates a key sees its new secret.</p>
      )}
      {isRotating && (
        <div class="inner stack">
          {typeof usage?.previousSecretShare === 'number' && (
            <div class="field">
              <span class="small">
                <strong>{format.percent(usage.previousSecretShare)}</strong> of requests since the rotation still used
                the previous secret
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
              It is too early to tell whether something still uses the old secret: look again an hour after the
              rotation.
            </p>
          )}
          {usage !== undefined && isQuiet && (
            <p class="small">Nothing has used the old secret for an hour. It is safe to stop it.</p>
          )}
          {can.rotate && mayRotate(visit, key) && (
            <a class="button small" href={visit.link(`keys/${key.id}/end-overlap`)} data-dialog>
              Stop the old secret now
            </a>
          )}
        </div>
      )}
    </section>
  )
}
