import type { CreatedKey, ReplayedKey, ReplayedRotation, RotatedKey } from '@claviger/core'
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
  return reveal(visit, key.id, token, 'Copy your new key', <bdi>{key.name}</bdi>)
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
  return reveal(visit, key.id, token, 'Copy your new secret', <bdi>{key.name}</bdi>, note)
}

function reveal(visit: Visit, id: string, token: string, title: string, name: Child, note?: Child): Answer {
  const { link, settings } = visit
  return page(
    <Page visit={visit} section="keys" heading={title}>
      <div class="narrow">
        <Head
          title={title}
          lead={<>For {name}. This is the only time it is shown: we keep a fingerprint, not the key.</>}
        />
        {note !== undefined && <Banner tone="info">{note}</Banner>}
        <div class="reveal" data-reveal>
          <label class="label" for="token">
            API key
          </label>
          <input
            class="control token"
            id="token"
            value={token}
            readonly
            spellcheck={false}
            autocomplete="off"
            translate="no"
            data-token
          />
          <div class="reveal-line">
            <button class="button primary" type="button" data-copy hidden>
              <Icon name="copy" />
              <span>Copy key</span>
            </button>
            <p class="help" role="status" data-said>
              Store it in a secret manager or an environment variable. Never in code.
            </p>
          </div>
        </div>
        <Snippets settings={settings} />
        <div class="buttons">
          <a class="button" href={link(`keys/${id}`)} data-leave>
            I&rsquo;ve stored it, close
          </a>
        </div>
      </div>
    </Page>,
  )
}

const Snippets: FC<{ readonly settings: Visit['settings'] }> = ({ settings }) => (
  <div class="disclosures">
    {snippets(settings.snippets).map(({ title, text }, index) => (
      <details class="disclosure" open={index === 0}>
        <summary>{title}</summary>
        <pre tabindex={0}>{text}</pre>
      </details>
    ))}
  </div>
)

function alreadyDone(visit: Visit, id: string, title: string): Answer {
  return page(
    <Page visit={visit} section="keys" heading={title}>
      <div class="card empty">
        <Icon name="lock" />
        <h1>{title}</h1>
        <p>Its value cannot be shown again. If you did not store it, rotate the key to get a new one.</p>
        <div class="buttons">
          <a class="button primary" href={visit.link(`keys/${id}/rotate`)}>
            Rotate key
          </a>
          <a class="button" href={visit.link('')}>
            Back to keys
          </a>
        </div>
      </div>
    </Page>,
  )
}
