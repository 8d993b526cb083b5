/** Leads from the page at hand to another one, without knowing where the console is mounted. */
export type Link = (path: string) => string

/**
 * Makes links that are relative to what the browser shows.
 *
 * @param inside the path within the mount, such as `/keys/abc`
 * @param original path and query as the client asked for them; default: `inside`
 * @param publicPath the path of the mount as browsers see it, where relative links cannot be right
 */
export function linksFrom(inside: string, original: string | undefined, publicPath: string | undefined): Link {
  const root = publicPath === undefined ? relativeRoot(inside, original) : `${publicPath.replace(/\/+$/, '')}/`
  return (path) => `${root}${path}`
}

function relativeRoot(inside: string, original = inside): string {
  const seen = original.split(/[?#]/, 1)[0] ?? ''
  const levels = inside.split('/').filter((part) => part !== '').length
  const isFolder = seen.endsWith('/')
  // The mount itself, without a slash at the end: a browser takes its last part for a file.
  if (levels === 0) return isFolder || seen === '' ? './' : `./${seen.slice(seen.lastIndexOf('/') + 1)}/`
  const ups = isFolder ? levels : levels - 1
  return ups === 0 ? './' : '../'.repeat(ups)
}
