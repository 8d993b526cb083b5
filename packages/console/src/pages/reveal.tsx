import type { CreatedKey, ManagedKey, ReplayedKey, ReplayedRotation, RotatedKey } from '@claviger/core'
import type { Child, FC } from 'hono/jsx'
import { Banner } from '../components/banner.tsx'
import { Head } from '../components/head.tsx'
import { Icon } from '../components/icon.tsx'
import { Page } from '../components/page.tsx'
import { Time } from '../components/time.tsx'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import { snippets } from './snippets.ts'

/** The token of a new key. It is on this page, and on no other. */
export function revealCreated(visit: Visit, { key, token }: CreatedKey | ReplayedKey): Answer {
  if (token === null) return alreadyDone(visit, key.id, 'This key was already created.')
  return reveal({ visit, key, token, title: 'Copy your new key' })
}

/** The new token of a rotated key. */
export function revealRotated(visit: Visit, { key, token, overlapEndsAt }: RotatedKey | ReplayedRotation): Answer {
  if (token === null) return alreadyDone(visit, key.id, 'This key was already rotated.')
  const { format } = visit
  const note =
    overlapEndsAt === null ? (
      <>The old secret has stopped working. Requests with it now get 401.</>
    ) : (
      <>
        The old secret keeps working until <strong>{format.exact(overlapEndsAt)}</strong> (
        <Time at={overlapEndsAt} format={format} />
        ). Deploy the new one before that.
      </>
    )
  return reveal({ visit, key, token, title: 'Copy your new secret', note })
}

interface Reveal {
  readonly visit: Visit
  readonly key: ManagedKey
  readonly token: string
  readonly title: string
  readonly note?: Child
}

function reveal({ visit, key, token, title, note }: Reveal): Answer {
  const { link, settings } = visit
  return page(
    <Page visit={visit} section="keys" heading={title}>
      <div class="narrow">
        <Head
          title={title}
          lead={
            <>
              For <bdi>{key.name}</bdi>. This is the only time it is shown: we keep a fingerprint, not the key.
            </>
          }
        />
        {note !== undefined && <Banner tone="info">{note}</Banner>}
        <div class="reveal" data-reveal>
          <label class="label" for="token">
            API key
          </label>
          <textarea
            class="control token"
            id="token"
            rows={2}
            readonly
            spellcheck={false}
            autocomplete="off"
            translate="no"
            aria-describedby="ending"
            data-token
          >
            {token}
          </textarea>
          <div class="reveal-line">
            <button class="button primary" type="button" data-copy hidden>
              <Icon name="copy" />
              <span>Copy key</span>
            </button>
            <button class="button" type="button" data-hide hidden>
              <Icon name="eye-off" />
              <Icon name="eye" />
              <span>Hide</span>
            </button>
            <p class="help" id="ending">
              {token.length} characters, ending in <code>{token.slice(-4)}</code>. In the list: <code>{key.hint}</code>.
            </p>
          </div>
          <p class="help" role="status" data-said>
            Store it in a secret manager or an environment variable. Never in code.
          </p>
        </div>
        <p class="small">
          {key.expiresAt === null ? 'It does not expire' : `It works until ${visit.format.exact(key.expiresAt)}`}
          {key.allowedAddresses.length > 0 && <Addresses of={key.allowedAddresses} />}.
        </p>
        <Snippets settings={settings} permissions={key.permissions} />
        <div class="buttons">
          <a class="button" href={link(`keys/${key.id}`)} data-leave>
            I&rsquo;ve stored it, close
          </a>
        </div>
      </div>
    </Page>,
  )
}

const Snippets: FC<{ readonly settings: Visit['settings']; readonly permissions: readonly string[] }> = ({
  settings,
  permissions,
}) => (
  <div class="disclosures">
    {snippets(settings.snippets, permissions).map(({ title, text }, index) => (
      <details class="disclosure" open={index === 0}>
        <summary>{title}</summary>
        <div class="copyable">
          <pre tabindex={0}>{text}</pre>
          <button class="button small" type="button" aria-label={`Copy: ${title}`} data-copy-text hidden>
            Copy
          </button>
        </div>
      </details>
    ))}
  </div>
)

const Addresses: FC<{ readonly of: readonly string[] }> = ({ of: all }) => (
  <>
    , and only from <code>{all.slice(0, 3).join(', ')}</code>
    {all.length > 3 && ` and ${all.length - 3} more`}
  </>
)

function alreadyDone(visit: Visit, id: string, title: string): Answer {
  return page(
    <Page visit={visit} section="keys" heading={title}>
      <div class="card empty">
        <Icon name="lock" />
        <h1>{title}</h1>
        <p>
          A key is shown once, and sending the page again does not show it again. If you did not store it, rotate the
          key to get a new secret.
        </p>
        <div class="buttons">
          <a class="button primary" href={visit.link(`keys/${id}/rotate`)}>
            Rotate key
          </a>
          <a class="button" href={visit.link(`keys/${id}`)}>
            Open the key
          </a>
          <a class="button quiet" href={visit.link('')}>
            Back to keys
          </a>
        </div>
      </div>
    </Page>,
  )
}
