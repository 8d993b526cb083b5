import pc from 'picocolors'
import type { Io } from '../edge/io.types.ts'

type Colors = ReturnType<typeof pc.createColors>

/** The marks before lines. */
export interface Symbols {
  readonly ok: string
  readonly warning: string
  readonly failure: string
  /** Full and seven partial blocks of a bar, the full one last; ASCII has one. */
  readonly blocks: readonly string[]
  /** What stands for the denied part of a bar. */
  readonly shade: string
  readonly ellipsis: string
}

const unicode: Symbols = {
  ok: '\u2713',
  warning: '!',
  failure: '\u2717',
  blocks: ['\u258f', '\u258e', '\u258d', '\u258c', '\u258b', '\u258a', '\u2589', '\u2588'],
  shade: '\u2591',
  ellipsis: '\u2026',
}
const ascii: Symbols = { ok: 'ok', warning: '!', failure: 'x', blocks: ['#'], shade: '.', ellipsis: '...' }

/** How text looks on one stream. */
export interface Style {
  readonly colors: Colors
  readonly symbols: Symbols
  /** Columns; infinite where the stream is no terminal. */
  readonly width: number
}

/** What decides about a stream's style. */
export interface StyleQuestion {
  readonly stream: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined }
  readonly env: Io['env']
  readonly platform: NodeJS.Platform
  /** False with `--no-color`. */
  readonly color: boolean
}

/** How text may look on a stream. Asked for each stream: one may be a terminal, and the other a pipe. Pure. */
export function styleFor({ stream, env, platform, color }: StyleQuestion): Style {
  const isTerminal = stream.isTTY === true
  return {
    colors: pc.createColors(wantsColor(isTerminal, env, color)),
    symbols: isUnicode(env, platform) ? unicode : ascii,
    width: isTerminal ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY,
  }
}

function wantsColor(isTerminal: boolean, env: Io['env'], color: boolean): boolean {
  if (!color) return false
  if (isSet(env['NO_COLOR'])) return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return isTerminal && env['TERM'] !== 'dumb'
}

/** Windows consoles before Windows Terminal, and the console of a Linux kernel, lack the characters. */
function isUnicode(env: Io['env'], platform: NodeJS.Platform): boolean {
  if (platform !== 'win32') return env['TERM'] !== 'linux'
  return isSet(env['WT_SESSION']) || isSet(env['TERM_PROGRAM']) || env['TERM'] === 'xterm-256color'
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
