import { createHash } from 'node:crypto'
import { shapes } from '../icons/shapes.ts'
import { script } from './script.ts'
import { stylesheet } from './stylesheet.ts'

/** What pages load: names of files, and the files. */
export interface ConsoleAssets {
  readonly stylesheets: readonly string[]
  readonly script: string
  readonly icon: string
  readonly files: ReadonlyMap<string, Asset>
}

/** A file as it is served. */
export interface Asset {
  readonly type: string
  readonly text: string
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 32 32" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round">' +
  `<rect x="-4" y="-4" width="32" height="32" rx="8" fill="#4b4fd0" stroke="none"/>${shapes.key}</svg>`

/** The files of a console, with the theme of its host. A name holds the hash of the content: browsers may keep it. */
export function consoleAssets(theme: string | undefined): ConsoleAssets {
  const files = new Map<string, Asset>([
    [stylesheet.file, { type: 'text/css; charset=utf-8', text: stylesheet.text }],
    [script.file, { type: 'text/javascript; charset=utf-8', text: script.text }],
  ])
  const add = (name: string, extension: string, asset: Asset): string => {
    const file = `${name}-${createHash('sha256').update(asset.text).digest('hex').slice(0, 12)}.${extension}`
    files.set(file, asset)
    return file
  }
  const themes = theme === undefined ? [] : [add('theme', 'css', { type: 'text/css; charset=utf-8', text: theme })]
  return {
    stylesheets: [stylesheet.file, ...themes],
    script: script.file,
    icon: add('icon', 'svg', { type: 'image/svg+xml', text: icon }),
    files,
  }
}
