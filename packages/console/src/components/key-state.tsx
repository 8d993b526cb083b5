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
}

/** What a key is, where that is not just good: in words, with what to do. */
export const StateBanner: FC<StateProps> = ({ visit, of: key, isOwnerGone, by, newer, isNew }) => {
  const { format, link } = visit
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
        Requests with it get 401, permanently. <Replacement visit={visit} of={key} newer={newer} />
      </Banner>
    )
  }
  if (key.status === 'expired') {
    return (
      <Banner tone="bad">
        Expired <Time at={key.expiresAt} format={format} />. Requests with it get 401.{' '}
        <Replacement visit={visit} of={key} newer={newer} />
      </Banner>
    )
  }
  if (isOwnerGone) {
    return (
      <Banner tone="warning">
        Its owner has left, so requests with it get 401. <a href={link(`keys/${key.id}/transfer`)}>Transfer it</a> to a
        service account, or revoke it.
      </Banner>
    )
  }
  if (key.status === 'disabled') {
    return (
      <Banner tone="warning" live={isNew}>
        <Done what="Disabled" at={key.disabledAt} by={by} why={by?.why} format={format} />
        Requests with it get 401 until someone enables it.
      </Banner>
    )
  }
  if (key.attention.includes('expiring')) {
    return (
      <Banner tone="warning">
        Expires <Time at={key.expiresAt} format={format} />. <a href={link(`keys/${key.id}/edit`)}>Move the expiry</a>,
        or replace the key before that.
      </Banner>
    )
  }
  return null
}

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

const Done: FC<DoneProps> = ({ what, at, by, why, format }) => (
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
