import stringWidth from 'string-width'
import { countText } from './numbers.ts'
import type { Style, Symbols } from './style.ts'

/** One bar. */
export interface Bar {
  readonly label: string
  readonly allowed: number
  readonly denied: number
}

const longestBar = 40
const shortestBar = 8

/**
 * A bar for each row: what was allowed, and behind it what was denied, shaded. The longest bar fills the room that the
 * labels and the figures leave.
 */
export function chartText(bars: readonly Bar[], { symbols, colors, width }: Style): string {
  const labelWidth = Math.max(0, ...bars.map(({ label }) => stringWidth(label)))
  const figures = bars.map(({ allowed, denied }) => figureText(allowed, denied))
  const figureWidth = Math.max(0, ...figures.map((figure) => figure.length))
  const room = Math.max(shortestBar, Math.min(longestBar, width - labelWidth - figureWidth - 4))
  const most = Math.max(1, ...bars.map(({ allowed, denied }) => allowed + denied))
  return bars
    .map(({ label, allowed, denied }, index) => {
      // What was denied is seen, also where it is little.
      const solid = solidBar(Math.min((allowed / most) * room, denied > 0 ? room - 1 : room), symbols)
      const shade = symbols.shade.repeat(shadeLength(denied, most, room, solid.length))
      const bar = colors.green(solid) + (shade === '' ? '' : colors.red(shade))
      const gap = ' '.repeat(Math.max(0, room - solid.length - shade.length))
      return `${label.padEnd(labelWidth)}  ${bar}${gap}  ${figures[index] ?? ''}`.trimEnd()
    })
    .join('\n')
}

/** A bar in parts of a block, where there are any. Something is never drawn as nothing. */
function solidBar(length: number, { blocks }: Symbols): string {
  const full = blocks.at(-1) ?? '#'
  if (length <= 0) return ''
  const parts = Math.max(1, Math.round(length * blocks.length))
  const rest = parts % blocks.length
  return full.repeat(Math.floor(parts / blocks.length)) + (rest === 0 ? '' : (blocks[rest - 1] ?? ''))
}

function shadeLength(denied: number, most: number, room: number, used: number): number {
  if (denied === 0) return 0
  return Math.max(1, Math.min(Math.round((denied / most) * room), room - used))
}

function figureText(allowed: number, denied: number): string {
  const all = countText(allowed + denied)
  return denied === 0 ? all : `${all} (${countText(denied)} denied)`
}
