/** One table as Markdown. */
export function markdownTable({ columns, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  return line(columns) + line(columns.map((_, index) => (index === 0 ? '---' : '---:'))) + rows.map(line).join('')
}

/** A scenario's tables as Markdown, each under its title. */
export function markdownSection({ tables }) {
  return tables
    .map(({ title, note, ...table }) => `**${title}**\n\n${markdownTable(table)}${note ? `\n${note}\n` : ''}`)
    .join('\n')
}

/** A ratio with its spread. */
export function times({ median, least, most }) {
  return `${short(median)} x (${short(least)}-${short(most)})`
}

export function nanoseconds(value) {
  return value >= 10_000 ? `${short(value / 1_000)} us` : `${value.toFixed(0)} ns`
}

export function milliseconds(value) {
  return `${short(value)} ms`
}

export function bytes(value) {
  return value >= 100_000 ? `${short(value / 1_048_576)} MiB` : `${value.toFixed(0)} B`
}

export function skippedNote(skipped) {
  if (skipped.size === 0) return undefined
  return `Left out: ${[...skipped].map(([name, reason]) => `${name} (${reason})`).join('; ')}.`
}

function short(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
