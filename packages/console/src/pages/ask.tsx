import type { ManagedKey } from '@claviger/core'
import type { Child, FC } from 'hono/jsx'
import { Head } from '../components/head.tsx'
import { Page } from '../components/page.tsx'
import type { Visit } from '../visit/visit.types.ts'

interface AskProps {
  readonly visit: Visit
  readonly of: Pick<ManagedKey, 'id' | 'name' | 'hint'>
  /** `Revoke` */
  readonly verb: string
  readonly path: string
  /** The label of the button that does it. */
  readonly submit: string
  readonly tone?: 'primary' | 'final'
  /** Whether it was sent, and is asked again: then the field that is wrong has the focus. */
  readonly isAgain?: boolean
  readonly children?: Child
}

/** A page that asks before it does something to a key. With JavaScript, it opens as a dialog. */
export const AskPage: FC<AskProps> = ({
  visit,
  of: key,
  verb,
  path,
  submit,
  tone = 'primary',
  isAgain = false,
  children,
}) => (
  <Page visit={visit} section="keys" heading={`${verb} ${key.name}`}>
    <div class="narrow">
      <Head
        title={
          <>
            {verb} <bdi>{key.name}</bdi>
          </>
        }
        back={{ href: visit.link(`keys/${key.id}`), label: key.name }}
        beside={<code class="nowrap muted">{key.hint}</code>}
      />
      <form
        class="form"
        method="post"
        action={visit.link(`keys/${key.id}/${path}`)}
        data-once
        novalidate
        data-stays={tone === 'final' ? '' : undefined}
      >
        {children}
        <div class="buttons">
          <a
            class="button"
            href={visit.link(`keys/${key.id}`)}
            data-close
            autofocus={tone === 'final' && !isAgain ? true : undefined}
          >
            Cancel
          </a>
          <button class={`button ${tone}`} type="submit">
            {submit}
          </button>
        </div>
      </form>
    </div>
  </Page>
)
