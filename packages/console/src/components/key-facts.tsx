import type { KeyCaller, ManagedKey } from '@claviger/core'
import type { Child, FC } from 'hono/jsx'
import { refusedSince } from '../reading/callers-by-secret.ts'
import { importedSecret } from '../reading/imported.ts'
import type { ResourceNames } from '../reading/resource-choices.ts'
import type { Names } from '../reading/names.ts'
import type { Visit } from '../visit/visit.types.ts'
import { isAlive } from './key-menu.tsx'
import { KeyLinks } from './replacing.tsx'
import { lastSeen, stoppedText, wasTried } from './last-used.tsx'
import { Time } from './time.tsx'

interface KeyFactsProps {
  readonly visit: Visit
  readonly of: ManagedKey
  readonly names: Names
  readonly isOwnerGone: boolean
  /** By type of resources, names by id, as far as the host gives them. */
  readonly resourceNames: ResourceNames
  /** Keys of its name that have ended: it may have replaced one. */
  readonly endedBefore: readonly ManagedKey[]
  /** Who used it, as far as that is known. */
  readonly callers: readonly KeyCaller[]
}

/** What there is to know about a key, as a list. */
export const KeyFacts: FC<KeyFactsProps> = ({
  visit,
  of: key,
  names,
  isOwnerGone,
  resourceNames,
  endedBefore,
  callers,
}) => {
  const { format, link, settings } = visit
  const owner = names.of(key.owner)
  const isPerson = key.owner.type === 'user'
  const seenAt = lastSeen(key, callers)
  const imported = importedSecret(key, visit.now)
  const facts: readonly (readonly [string, Child])[] = [
    ['Key ID', <code translate="no">{key.id}</code>],
    ['Environment', key.environment],
    [
      'Owner',
      <>
        <a href={link(isPerson ? `?owner=${encodeURIComponent(key.owner.id)}` : `service-accounts/${key.owner.id}`)}>
          <bdi>{owner.name}</bdi>
        </a>
        <div class="help">{isOwnerGone ? 'Has left' : (owner.detail ?? (isPerson ? 'Member' : 'Service account'))}</div>
        {isPerson && !isOwnerGone && (
          <a class="small" href={link(`leaving?user=${encodeURIComponent(key.owner.id)}`)}>
            What stops when they leave
          </a>
        )}
      </>,
    ],
    ...Object.entries(key.resources).map(
      ([type, ids]) => [`Only ${type}`, <Several of={ids} names={resourceNames.get(type)} />] as const,
    ),
    ...(key.allowedAddresses.length > 0 ? [['Works only from', <Several of={key.allowedAddresses} />] as const] : []),
    [
      'Created',
      <>
        <Time at={key.createdAt} format={format} as="day" />
        <div class="help">
          by <bdi>{names.of(key.createdBy).name}</bdi>
        </div>
      </>,
    ],
    ...(imported === undefined ? [] : [['Token', <Imported secret={imported} />] as const]),
    [
      wasTried(key, seenAt) ? 'Last tried' : 'Last used',
      <>
        <Time at={seenAt} format={format} />
        {refusedSince(key) !== undefined && !wasTried(key, seenAt) && (
          <div class="help">
            {seenAt === null
              ? `Nothing has tried it since ${stoppedText(key)}.`
              : `Before ${stoppedText(key)}. Nothing has tried it since.`}
          </div>
        )}
      </>,
    ],
    // The end that a revoked key would have had is no news of it.
    ...(key.status === 'revoked' ? [] : [['Expires', <Time at={key.expiresAt} format={format} as="day" />] as const]),
    ...(isAlive(key) ? [['Rotation due', <RotationDue of={key} format={format} />] as const] : []),
    ...(endedBefore.length > 0
      ? [
          [
            endedBefore.length === 1 ? 'Earlier key of this name' : 'Earlier keys of this name',
            <KeyLinks visit={visit} of={endedBefore} />,
          ] as const,
        ]
      : []),
    ...Object.entries(key.metadata).map(
      ([name, value]) =>
        [settings.create.fields.find((field) => field.name === name)?.label ?? name, <bdi>{value}</bdi>] as const,
    ),
  ]
  return (
    <section class="card" aria-labelledby="facts">
      <header>
        <h2 id="facts">About this key</h2>
      </header>
      <div class="inner">
        <dl class="facts">
          {facts.map(([term, text]) => (
            <div>
              <dt>
                <bdi>{term}</bdi>
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  )
}

/** A key that ends before its secret is due has no such day. */
const RotationDue: FC<{ readonly of: ManagedKey; readonly format: Visit['format'] }> = ({
  of: { rotationDueAt, expiresAt },
  format,
}) =>
  rotationDueAt !== null && expiresAt !== null && expiresAt < rotationDueAt ? (
    <span class="muted">Not before it expires</span>
  ) : (
    <Time at={rotationDueAt} format={format} as="day" />
  )

const Imported: FC<{ readonly secret: 'current' | 'previous' }> = ({ secret }) => (
  <>
    Imported
    <div class="help">
      {secret === 'current'
        ? 'Issued elsewhere. A rotation replaces it by a new one.'
        : 'The previous secret was issued elsewhere.'}
    </div>
  </>
)

interface SeveralProps {
  readonly of: readonly string[]
  /** Names by id. */
  readonly names?: ReadonlyMap<string, string> | undefined
}

/** What a key is limited to: a few are shown, the others opened. */
const Several: FC<SeveralProps> = ({ of: all, names }) => (
  <>
    <Codes of={all.slice(0, mostShown)} names={names} />
    {all.length > mostShown && (
      <details class="disclosure">
        <summary>{all.length - mostShown} more</summary>
        <Codes of={all.slice(mostShown)} names={names} />
      </details>
    )}
  </>
)

const mostShown = 5

const Codes: FC<SeveralProps> = ({ of: texts, names }) => (
  <>
    {texts.map((text) => (
      <div>
        {names?.has(text) === true && (
          <>
            <bdi>{names.get(text)}</bdi>{' '}
          </>
        )}
        <code translate="no" class={names?.has(text) === true ? 'muted' : undefined}>
          {text}
        </code>
      </div>
    ))}
  </>
)
