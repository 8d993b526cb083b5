import type { ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import type { Visit } from '../visit/visit.types.ts'
import { Icon, type IconName } from './icon.tsx'

/** Something that can be done to a key. */
export interface KeyDeed {
  readonly label: string
  /** Below `keys/<id>/`. */
  readonly path: string
  readonly icon: IconName
  readonly isFinal?: boolean
}

/** What this visitor may do to a key, as it is now. */
export function deedsFor(visit: Pick<Visit, 'can' | 'actor'>, key: ManagedKey): readonly KeyDeed[] {
  const { can } = visit
  const lives = isAlive(key)
  const deeds: readonly (KeyDeed & { readonly shown: boolean })[] = [
    { label: 'Edit', path: 'edit', icon: 'edit', shown: lives && can.update },
    { label: 'Rotate', path: 'rotate', icon: 'rotate', shown: lives && can.rotate && mayRotate(visit, key) },
    { label: 'Transfer', path: 'transfer', icon: 'transfer', shown: lives && can.update },
    { label: 'Enable', path: 'enable', icon: 'play', shown: key.status === 'disabled' && can.update },
    { label: 'Disable', path: 'disable', icon: 'power', shown: lives && key.status !== 'disabled' && can.revoke },
    { label: 'Revoke', path: 'revoke', icon: 'trash', isFinal: true, shown: key.status !== 'revoked' && can.revoke },
  ]
  return deeds.filter(({ shown }) => shown)
}

/** Whether a key can still be changed. */
export function isAlive({ status }: Pick<ManagedKey, 'status'>): boolean {
  return status !== 'revoked' && status !== 'expired'
}

/** Whether this visitor may see a new secret of a key. */
export function mayRotate({ can, actor }: Pick<Visit, 'can' | 'actor'>, key: ManagedKey): boolean {
  return key.owner.type === 'service' ? can.manageServiceAccounts : ownsKey(actor, key)
}

function ownsKey(actor: Visit['actor'], { owner }: ManagedKey): boolean {
  const own = actor.type === 'key' ? actor.owner : actor
  return actor.type === 'system' || (own?.type === owner.type && own.id === owner.id)
}

/** The menu at the end of a row. */
export const KeyMenu: FC<{ readonly visit: Visit; readonly of: ManagedKey }> = ({ visit, of: key }) => {
  const deeds = deedsFor(visit, key)
  return (
    <details class="menu">
      <summary aria-label={`Actions for ${key.name}`}>
        <Icon name="more" />
      </summary>
      <div>
        <a href={visit.link(`keys/${key.id}`)} aria-label={`View ${key.name}`}>
          <Icon name="eye" />
          View
        </a>
        {deeds.map(({ label, path, icon, isFinal }) => (
          <>
            {isFinal && <hr />}
            <a
              href={visit.link(`keys/${key.id}/${path}`)}
              class={isFinal ? 'bad' : undefined}
              aria-label={`${label} ${key.name}`}
              data-dialog={inDialog.has(path) ? '' : undefined}
            >
              <Icon name={icon} />
              {label}
              {isFinal ? '\u2026' : ''}
            </a>
          </>
        ))}
      </div>
    </details>
  )
}

const inDialog: ReadonlySet<string> = new Set(['rotate', 'disable', 'enable', 'revoke', 'transfer'])
