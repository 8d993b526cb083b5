import type { Problem } from '@claviger/management/web'
import type { FC } from 'hono/jsx'
import { Document, Page, type Section } from '../components/page.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import type { Settings } from '../options/settings.types.ts'
import type { Link } from '../visit/links.ts'
import type { Visit } from '../visit/visit.types.ts'
import type { Form } from '../web/form.ts'

/** What went wrong, for someone who is signed in. */
export const ProblemPage: FC<{ readonly visit: Visit; readonly found: Problem }> = ({ visit, found }) => {
  const { title, text, icon } = wordsFor(found)
  return (
    <Page visit={visit} section={sectionOf(visit.path)} heading={title}>
      <div class="card empty">
        <Icon name={icon} />
        <h1>{title}</h1>
        <p>{text}</p>
        {found.fix !== null && found.status < 500 && <p>{found.fix}</p>}
        <div class="buttons">
          {found.stepUpUrl !== undefined && (
            <a class="button primary" href={found.stepUpUrl}>
              Confirm who you are
            </a>
          )}
          {found.status >= 500 && (
            <a class="button primary" href="">
              Try again
            </a>
          )}
          <a class="button" href={visit.link('')}>
            Back to keys
          </a>
        </div>
      </div>
    </Page>
  )
}

interface StrangerProps {
  readonly settings: Settings
  readonly link: Link
  readonly found: Problem
  readonly signInUrl?: string | undefined
  /** What was sent, so that it is not lost. */
  readonly form?: Form | undefined
  readonly requestId: string
}

// People paste keys here, damaged ones too, which nothing recognises.
const secretFields: ReadonlySet<string> = new Set(['token', 'q', 'key'])

/** What was sent, as it may stand on a page: a key that is in it is not sent back. */
function keptOf(form: Form | undefined, { redact }: Settings['keyring']): Form['entries'] {
  return (form?.entries ?? [])
    .filter(([name]) => !secretFields.has(name))
    .map(([name, value]) => [redact(name), redact(value)] as const)
}

/** What went wrong, for someone who is not known. */
export const StrangerPage: FC<StrangerProps> = ({ settings, link, found, signInUrl, form, requestId }) => {
  const isSignedOut = found.code === 'unauthenticated'
  const kept = keptOf(form, settings.keyring)
  return (
    <Document settings={settings} link={link} heading={isSignedOut ? 'Sign in' : found.title}>
      <div class="page">
        <main id="content" tabindex={-1}>
          <div class="card empty">
            <Icon name={isSignedOut ? 'lock' : 'alert'} />
            <h1>{isSignedOut ? 'Sign in to see API keys' : wordsFor(found).title}</h1>
            <p>
              {isSignedOut && kept.length > 0
                ? 'Your session has ended. Sign in in another tab, then send the form again: what you wrote is kept on this page.'
                : isSignedOut
                  ? 'Your session has ended, or you are not signed in.'
                  : wordsFor(found).text}
            </p>
            {found.fix !== null && !isSignedOut && <p>{found.fix}</p>}
            <div class="buttons">
              {isSignedOut && signInUrl !== undefined && (
                <a
                  class="button primary"
                  href={signInUrl}
                  target={kept.length > 0 ? '_blank' : undefined}
                  rel="noopener"
                >
                  Sign in
                </a>
              )}
              {isSignedOut && kept.length > 0 && (
                <form method="post" action="">
                  {kept.map(([name, value]) => (
                    <input type="hidden" name={name} value={value} />
                  ))}
                  <button class="button" type="submit">
                    Send again
                  </button>
                </form>
              )}
            </div>
            <p class="small">
              Request <code>{requestId}</code>
            </p>
          </div>
        </main>
      </div>
    </Document>
  )
}

function wordsFor({ status, code, title, detail }: Problem): { title: string; text: string; icon: IconName } {
  if (status === 503) {
    return {
      title: 'This page could not be loaded',
      text: 'Your keys still work: this page could not reach the key store. Try again in a moment.',
      icon: 'alert',
    }
  }
  if (status >= 500) {
    return {
      title: 'Something went wrong here',
      text: 'Your keys still work. We were told what happened.',
      icon: 'alert',
    }
  }
  return { title, text: detail, icon: code === 'not_found' ? 'search' : 'lock' }
}

const sections: readonly Section[] = ['usage', 'service-accounts', 'activity', 'review', 'troubleshoot']

function sectionOf(path: string): Section {
  return sections.find((section) => path.startsWith(`/${section}`)) ?? 'keys'
}
