import { stripVTControlCharacters } from 'node:util'

// Line breaks and tabs become spaces; other control characters, and those that turn the direction of text, go.
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
const unprintable = /[\p{Cc}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu

/**
 * A text of someone else as it may be shown in a terminal: on one line, without escape sequences and characters that
 * change how other text looks.
 */
export function safeText(text: string): string {
  return stripVTControlCharacters(text).replaceAll(breaks, ' ').replaceAll(unprintable, '')
}
