export function markdownTable(table: {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}): string
