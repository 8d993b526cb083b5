/** A page as a browser without JavaScript sees it. */
export interface Seen {
  readonly status: number
  /** Where it is, after redirects. */
  readonly url: string
  readonly html: string
  readonly headers: Headers
  readonly location: null
  /** Where its links, styles and scripts lead: those of the same host, each once. */
  readonly links: readonly string[]
}

/** Loads a page. */
export async function visit(url: string, init: RequestInit = {}): Promise<Seen> {
  const response = await fetch(url, init)
  const html = await response.text()
  const found = [...html.matchAll(/(?:href|src)="([^"#][^"]*)"/g)].map(
    ([, link = '']) => new URL(link.replaceAll('&amp;', '&'), response.url).href,
  )
  return {
    status: response.status,
    url: response.url,
    html,
    headers: response.headers,
    location: null,
    links: [...new Set(found)].filter((link) => new URL(link).host === new URL(url).host),
  }
}

/** Where the forms of a page lead. */
export function formsOf({ html, url }: Seen): readonly string[] {
  return [...html.matchAll(/<form [^>]*action="([^"]*)"/g)].map(([, action = '']) => new URL(action, url).href)
}

/** Sends the form of a page that changes something. */
export function send(page: Seen, fields: Readonly<Record<string, string>>): Promise<Seen> {
  const action = /<form class="form" method="post" action="([^"]*)"/.exec(page.html)?.[1] ?? ''
  return post(page, new URL(action, page.url).href, fields)
}

/** Sends fields as a form on a page would. */
export function post(page: Pick<Seen, 'url'>, url: string, fields: Readonly<Record<string, string>>): Promise<Seen> {
  return visit(url, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin: new URL(page.url).origin },
  })
}

/** Follows every link from a page on, each path once. Gives what was found, by path. */
export async function crawl(start: string, most: number): Promise<ReadonlyMap<string, Seen>> {
  const pages = new Map<string, Seen>()
  const waiting = [start]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { pathname } = new URL(next)
    if (pages.has(pathname)) continue
    if (pages.size >= most) throw new Error(`More than ${most} pages`)
    const seen = await visit(next)
    pages.set(pathname, seen)
    const isPage = seen.headers.get('content-type')?.startsWith('text/html') ?? false
    if (isPage) waiting.push(...seen.links)
  }
  return pages
}
