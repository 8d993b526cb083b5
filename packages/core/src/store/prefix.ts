const lastCodePoint = 0x10ffff

/**
 * The first text, in the order of code points, that comes behind every text beginning with `prefix`; undefined when
 * there is none. UTF-8 bytes have the same order.
 */
export function textAfter(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  while (points.at(-1) === lastCodePoint) points.pop()
  const last = points.pop()
  if (last === undefined) return undefined
  // Surrogates are no characters of their own.
  const next = last + 1 === 0xd800 ? 0xe000 : last + 1
  return String.fromCodePoint(...points, next)
}
