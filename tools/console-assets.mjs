// Writes what the console serves besides pages into its sources: the stylesheet and the script as strings, and the icons
// it draws. `--check` writes nothing and fails when a file is out of date.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'lightningcss'
import { rolldown } from 'rolldown'

const root = join(fileURLToPath(new URL('.', import.meta.url)), '..')
const console_ = join(root, 'packages/console')
const order = ['tokens', 'base', 'controls', 'surfaces', 'tables', 'charts']

// The first browsers with :has and color-mix; what is newer is written so that they understand it.
const targets = { chrome: 111 << 16, firefox: 121 << 16, safari: (16 << 16) | (4 << 8) }

/** Lucide's names (ISC) by ours. */
const icons = {
  activity: 'history',
  alert: 'triangle-alert',
  'arrow-left': 'arrow-left',
  bot: 'bot',
  check: 'circle-check',
  'chevron-down': 'chevron-down',
  'chevron-up': 'chevron-up',
  copy: 'copy',
  cross: 'circle-x',
  download: 'download',
  edit: 'pencil',
  eye: 'eye',
  'eye-off': 'eye-off',
  filter: 'sliders-horizontal',
  info: 'info',
  key: 'key-round',
  more: 'ellipsis',
  play: 'circle-play',
  plus: 'plus',
  power: 'circle-pause',
  rotate: 'refresh-cw',
  search: 'search',
  sort: 'chevrons-up-down',
  transfer: 'arrow-right-left',
  trash: 'ban',
  lock: 'lock',
  chart: 'chart-column',
}

const files = new Map([
  ['src/assets/stylesheet.ts', asset('stylesheet', 'The stylesheet of every page.', 'css', styles())],
  ['src/assets/script.ts', asset('script', 'The script of every page.', 'js', await script())],
  ['src/icons/shapes.ts', shapes()],
])

const stale = [...files].filter(([file, text]) => textOf(join(console_, file)) !== text)
if (process.argv.includes('--check')) {
  for (const [file] of stale) process.stderr.write(`packages/console/${file} is out of date: run npm run assets\n`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const [file, text] of stale) writeFileSync(join(console_, file), text)
}

function styles() {
  const folder = join(console_, 'src/styles')
  const strangers = readdirSync(folder).filter((name) => !order.includes(name.replace(/\.css$/, '')))
  if (strangers.length > 0) throw new Error(`Name ${strangers.join(', ')} in the order of stylesheets`)
  const code = Buffer.concat(order.map((name) => readFileSync(join(folder, `${name}.css`))))
  return transform({ filename: 'console.css', code, minify: true, targets }).code.toString()
}

async function script() {
  const build = await rolldown({ input: join(console_, 'browser/main.ts'), platform: 'browser' })
  const { output } = await build.generate({ format: 'iife', minify: true })
  await build.close()
  return output[0].code.trim()
}

function asset(name, says, extension, text) {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  return [
    '// Written by `npm run assets`.',
    '',
    `/** ${says} */`,
    `export const ${name}: { readonly file: string; readonly text: string } = {`,
    `  file: 'console-${hash}.${extension}',`,
    `  text: ${quoted(text)},`,
    '}',
    '',
  ].join('\n')
}

function shapes() {
  const drawn = Object.entries(icons)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, source]) => {
      const svg = readFileSync(join(root, 'node_modules/lucide-static/icons', `${source}.svg`), 'utf8')
      const inside = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.indexOf('</svg>'))
      return `  ${/^\w+$/.test(name) ? name : `'${name}'`}: ${quoted(inside.replace(/\s+/g, ' ').replace(/ \/>/g, '/>').trim())},`
    })
  return [
    '// Written by `npm run assets` from Lucide (https://lucide.dev, ISC License, copyright Lucide Contributors).',
    '',
    '/** What is inside the SVG of each icon. */',
    'export const shapes = {',
    ...drawn,
    '} as const',
    '',
  ].join('\n')
}

function quoted(text) {
  const ascii = text.replace(/[^\x20-\x7e]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `'${ascii.replaceAll("'", "\\'")}'`
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
