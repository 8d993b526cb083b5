/** Codes of a catalogue that this repository does not have, such as a letter, a dash and two digits. Titles are sentences. */
const caseCode = /\b(?:[A-Z]{1,2}-\d{1,3}[a-z]?\b|[A-Z]{1,2}\d{1,2}[a-z]?: )/g

/** Every case code in sources, tests and pages, as `file:line code`. */
export function caseCodes(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) =>
    text
      .split('\n')
      .flatMap((line, index) => [...line.matchAll(caseCode)].map(([code]) => `${file}:${index + 1} ${code.trim()}`)),
  )
}
