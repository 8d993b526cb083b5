/** What must not be in the repository, since it means something on one machine only. */
const leaks: readonly (readonly [string, RegExp])[] = [
  ["a path of someone's machine", /(^|[^\w.-])\/(work|root|home|Users)\/[\w.-]/],
  ["a path of someone's machine", /\b[A-Z]:\\Users\\/],
  ['a registry host', /\bregistry\.[a-z0-9-]+\.[a-z]{2,}/i],
  ['a resolved registry address', /"resolved": "https?:/],
]

/** Lines that would leak where this was written, by file. */
export function leaksIn(file: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      leaks.flatMap(([what, pattern]) => (pattern.test(line) ? [`${file}:${index + 1} contains ${what}`] : [])),
    )
}
