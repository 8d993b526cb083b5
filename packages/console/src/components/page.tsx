import type { Child, FC } from 'hono/jsx'
import type { Settings } from '../options/settings.types.ts'
import type { Link } from '../visit/links.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Icon } from './icon.tsx'

/** The parts of the console that its navigation names. */
export type Section = 'keys' | 'usage' | 'service-accounts' | 'activity' | 'review' | 'troubleshoot'

interface PageProps {
  readonly visit: Visit
  readonly section: Section
  /** What stands in the title of the tab, before the title of the console. */
  readonly heading?: string
  readonly children?: Child
}

/** A whole page. */
export const Page: FC<PageProps> = ({ visit, section, heading, children }) => {
  const { settings, link } = visit
  return (
    <Document settings={settings} link={link} heading={heading}>
      <header class="bar">
        <div class="page">
          <div class="bar-line">
            {settings.homeUrl !== undefined && (
              <a class="home" href={settings.homeUrl}>
                <Icon name="arrow-left" />
                {settings.appName}
              </a>
            )}
            <span class="crumb">
              <bdi>{settings.workspaceLabel(visit.actor)}</bdi>
            </span>
            {settings.environmentBadge !== undefined && (
              <span class={`badge ${tones[settings.environmentBadge.tone ?? 'neutral']}`}>
                {settings.environmentBadge.label}
              </span>
            )}
            {(settings.links.length > 0 || settings.actorLabel !== undefined) && (
              <>
                <div class="bar-links">
                  <HostLinks visit={visit} />
                </div>
                <details class="menu bar-menu">
                  <summary aria-label="More">
                    <Icon name="more" />
                  </summary>
                  <div>
                    <HostLinks visit={visit} />
                  </div>
                </details>
              </>
            )}
          </div>
          <nav class="tabs" aria-label={settings.title}>
            {sectionsFor(visit).map(({ name, label, path }) => (
              <a href={link(path)} aria-current={name === section ? 'page' : undefined}>
                {label}
              </a>
            ))}
          </nav>
        </div>
      </header>
      <div class="page">
        <main id="content" tabindex={-1}>
          {children}
        </main>
        <footer class="foot">
          <span>Times are in {settings.timeZone(visit.actor)}.</span>
          <span>
            Request <code>{visit.requestId}</code>
          </span>
        </footer>
      </div>
    </Document>
  )
}

/** Links of the host, and as whom someone is signed in: in a line, or on a narrow screen in a menu. */
const HostLinks: FC<{ readonly visit: Visit }> = ({ visit: { settings, actor } }) => (
  <>
    {settings.links.map(({ label, href }) => (
      <a href={href}>{label}</a>
    ))}
    {settings.actorLabel !== undefined && (
      <span class="who">
        <bdi>{settings.actorLabel(actor)}</bdi>
      </span>
    )}
  </>
)

const tones = { neutral: '', warning: 'due', danger: 'stop' } as const

interface DocumentProps {
  readonly settings: Pick<Settings, 'title' | 'assets' | 'theme'>
  readonly link: Link
  readonly heading?: string | undefined
  readonly children?: Child
}

/** The frame of every page, also of those for visitors who are not known. */
export const Document: FC<DocumentProps> = ({ settings, link, heading, children }) => (
  <html lang="en" dir="ltr" data-mode={settings.theme.mode === 'auto' ? undefined : settings.theme.mode}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content={settings.theme.mode === 'auto' ? 'light dark' : settings.theme.mode} />
      <meta name="robots" content="noindex, nofollow" />
      <title>{heading === undefined ? settings.title : `${heading} \u00b7 ${settings.title}`}</title>
      {settings.assets.stylesheets.map((file) => (
        <link rel="stylesheet" href={link(`assets/${file}`)} />
      ))}
      <link rel="icon" type="image/svg+xml" href={link(`assets/${settings.assets.icon}`)} />
      <script src={link(`assets/${settings.assets.script}`)} defer></script>
    </head>
    <body>
      <a class="skip" href="#content">
        Skip to content
      </a>
      {children}
    </body>
  </html>
)

interface Tab {
  readonly name: Section
  readonly label: string
  readonly path: string
}

function sectionsFor({ can }: Pick<Visit, 'can'>): readonly Tab[] {
  const tabs: readonly (Tab & { readonly shown: boolean })[] = [
    { name: 'keys', label: 'Keys', path: '', shown: true },
    { name: 'review', label: 'Review', path: 'review', shown: can.list },
    { name: 'usage', label: 'Usage', path: 'usage', shown: can.viewUsage && can.listAll },
    {
      name: 'service-accounts',
      label: 'Service accounts',
      path: 'service-accounts',
      shown: can.manageServiceAccounts,
    },
    { name: 'activity', label: 'Activity', path: 'activity', shown: can.viewActivity },
    { name: 'troubleshoot', label: 'Troubleshoot', path: 'troubleshoot', shown: can.diagnose },
  ]
  return tabs.filter(({ shown }) => shown)
}
