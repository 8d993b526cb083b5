import { posix } from 'node:path'
import { anchors, links } from './markdown.ts'

/** Relative links that lead nowhere: to no file or folder, or to a heading that the Markdown file does not have. */
export function brokenLinks(pages: ReadonlyMap<string, string>, exists: (path: string) => boolean): string[] {
  return [...pages].flatMap(([page, text]) =>
    links(text).flatMap(({ target, line }) => {
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return []
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : posix.join(posix.dirname(page), decodeURI(path))
      if (file.startsWith('../') || path.startsWith('/') || !exists(file)) return [`${page}:${line} ${target}`]
      const headings = pages.get(file)
      if (anchor === undefined || headings === undefined || anchors(headings).has(anchor)) return []
      return [`${page}:${line} ${target}: no such heading`]
    }),
  )
}
