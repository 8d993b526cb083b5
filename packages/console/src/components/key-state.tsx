import type { ActivityEntry, ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import type { Names } from '../reading/names.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Banner } from './banner.tsx'
import { Newer } from './replacing.tsx'
import { Time } from './time.tsx'

/** Who disabled or revoked a key, and why; undefined where the log does not say it. */
export function lastDeed({ status }: ManagedKey, entries: readonly ActivityEntry[], names: Names): Deed | undefined {
  const action = status === 'disabled' ? 'key.disabled' : status === 'revoked' ? 'key.revoked' : undefined
  const entry = entries.find((one) => one.action === action)
  if (entry === undefined) return undefined
  const reason = entry.after?.reason
  return { who: names.of(entry.actor).name, why: typeof reason === 'string' ? reason : undefined }
}

/** A change, and who made it. */
export interface Deed {
  readonly who: string
  readonly why: string | undefined
}

interface StateProps {
  readonly visit: Visit
  readonly of: ManagedKey
  readonly isOwnerGone: boolean
  readonly by: Deed | undefined
  /** Newer keys of its name, which may have replaced it. */
  readonly newer: readonly ManagedKey[]
  /** Whether it follows from what the visitor just did. */
  readonly isNew: boolean
  /** How many callers still try it; while two secrets work, how many still use the old one. */
  readonly stillTrying: number
}

/** What a key is, where that is not just good: in words, with what to do. */
export const StateBanner: FC<StateProps> = ({ visit, of: key, isOwnerGone, by, newer, isNew, stillTrying }) => {
  const { format, link } = visit
  const trying = <Trying count={stillTrying} />
  if (key.status === 'revoked') {
    return (
      <Banner tone={isNew ? 'good' : 'bad'} live={isNew}>
        <Done
          what="Revoked"
          at={key.revokedAt}
          by={by}
          why={by?.why ?? key.revokedReason ?? undefined}
          format={format}
        />
        Requests with it get 401, permanently. {trying}
        <Replacement visit={visit} of={key} newer={newer} />
      </Banner>
    )
  }
  if (key.status === 'expired') {
    return (
      <Banner tone="bad">
        Expired <Time at={key.expiresAt} format={format} />. Requests with it get 401. {trying}
        <Replacement visit={visit} of={key} newer={newer} />
      </Banner>
    )
  }
  if (isOwnerGone) {
    return (
      <Banner tone="warning">
        Its owner has left, so requests with it get 401. <a href={link(`keys/${key.id}/transfer`)}>Transfer it</a> to a
        service account, or revoke it. {trying}
      </Banner>
    )
  }
  if (key.status === 'disabled') {
    return (
      <Banner tone="warning" live={isNew}>
        <Done what="Disabled" at={key.disabledAt} by={by} why={by?.why} format={format} />
        Requests with it get 401 until someone enables it. {trying}
      </Banner>
    )
  }
  return (
    <>
      <OldSecretInUse visit={visit} of={key} count={stillTrying} />
      {key.attention.includes('expiring') && (
        <Banner tone="warning">
          Expires <Time at={key.expiresAt} format={format} />. <a href={link(`keys/${key.id}/edit`)}>Move the expiry</a>
          , or replace the key before that.
        </Banner>
      )}
    </>
  )
}

/** While two secrets work: until when the old one does, and that it is still used. */
const OldSecretInUse: FC<{ readonly visit: Visit; readonly of: ManagedKey; readonly count: number }> = ({
  visit: { format },
  of: { status, secrets },
  count,
}) => {
  const endsAt = status === 'rotating' ? (secrets[1]?.endsAt ?? null) : null
  if (endsAt === null || count === 0) return null
  return (
    <Banner tone="warning">
      The old secret stops <Time at={endsAt} format={format} />, and{' '}
      <a href="#secrets">{count === 1 ? '1 caller still uses it' : `${count} callers still use it`}</a>.
    </Banner>
  )
}

/** Leads to who still tries a key that is refused. */
const Trying: FC<{ readonly count: number }> = ({ count }) =>
  count === 0 ? null : (
    <>
      <a href="#secrets">{count === 1 ? '1 caller still tries it' : `${count} callers still try it`}</a>.{' '}
    </>
  )

/** Leads to the form for a key that takes the place of one that has ended. */
const Replacement: FC<Pick<StateProps, 'visit' | 'of' | 'newer'>> = ({ visit, of: { id }, newer }) => (
  <>
    <Newer visit={visit} of={newer} />
    {visit.can.create ? (
      <a href={visit.link(`keys/new?like=${id}`)}>
        {newer.length > 0 ? 'Create another replacement' : 'Create a replacement with the same permissions'}
      </a>
    ) : (
      newer.length === 0 && 'Another key has to replace it.'
    )}
  </>
)

interface DoneProps {
  readonly what: string
  readonly at: Date | null
  readonly by: Deed | undefined
  readonly why: string | undefined
  readonly format: Visit['format']
}

/** What was done to a key, when, by whom, and why. */
export const Done: FC<DoneProps> = ({ what, at, by, why, format }) => (
  <>
    {what} <Time at={at} format={format} />
    {by !== undefined && (
      <>
        {' by '}
        <bdi>{by.who}</bdi>
      </>
    )}
    {why !== undefined && (
      <>
        : <bdi>{why}</bdi>
      </>
    )}
    {why === undefined || !/[.!?]$/.test(why) ? '. ' : ' '}
  </>
)
