import type { HtmlEscapedString } from 'hono/utils/html'

/** What components make. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

/** What a page answers: itself, another page, or a file. */
export type Answer =
  | { readonly type: 'page'; readonly body: Markup; readonly status?: number }
  | { readonly type: 'redirect'; readonly to: string }
  | { readonly type: 'file'; readonly name: string; readonly mime: string; readonly text: string }

/** A page. */
export function page(body: Markup, status = 200): Answer {
  return { type: 'page', body, status }
}

/** Another page, by its path within the mount. */
export function redirect(to: string): Answer {
  return { type: 'redirect', to }
}

/** The text of a whole document. */
export async function documentText(body: Markup): Promise<string> {
  return `<!doctype html>${(await body) as unknown as string}`
}
