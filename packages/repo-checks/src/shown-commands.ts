/** A command of a documentation page, and what is shown below it. */
export interface ShownCommand {
  readonly argv: readonly string[]
  readonly shown: readonly string[]
}

/** The commands of a block: lines that begin with `$ npx claviger`, and what stands below each. */
export function linesOf(code: string): readonly ShownCommand[] {
  const commands: { argv: readonly string[]; shown: string[] }[] = []
  for (const line of code.trimEnd().split('\n')) {
    const command = /^\$ npx claviger (.+)$/.exec(line)?.[1]
    if (command === undefined) commands.at(-1)?.shown.push(line)
    else commands.push({ argv: wordsOf(command), shown: [] })
  }
  return commands
}

/** Words as a shell splits them, as far as pages need it. */
function wordsOf(text: string): readonly string[] {
  return Array.from(text.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? '')
}

/** An id that a page shows, and the one that it stands for. */
export interface Shown {
  readonly shownId: string
  id: string | undefined
}

/** A line without what is different each time: ids, times, and what depends on the machine. */
export function comparable(line: string, { shownId, id = shownId }: Shown): string {
  return line
    .replaceAll(id, shownId)
    .replaceAll(/_[0-9A-Za-z]{4}\u2026[0-9A-Za-z]{4}/g, '_<hint>')
    .replaceAll(/(?<=(?:Current|Previous) )\u2026[0-9A-Za-z]{4}/g, '<hint>')
    .replaceAll(/\(\u2026[\w-]{4}\)/g, '(<end>)')
    .replaceAll(/\d{1,2} [A-Z][a-z]{2} \d{4}(?:, \d\d:\d\d UTC)?/g, '<time>')
    .replaceAll(/\d+ ms/g, '<ms>')
    .replaceAll(/\d+%/g, '<share>')
    .replaceAll(/ {2,}/g, '  ')
    .trimEnd()
}
