import Table from 'cli-table3'
import stringWidth from 'string-width'
import type { Style } from './style.ts'

/** A column: its title, and what it shows of a row. */
export interface Column<Row> {
  readonly title: string
  /** Safe text; may be coloured. */
  readonly cell: (row: Row) => string
  readonly align?: 'right'
}

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const

/** Rows under their titles, without borders. Where they are wider than the terminal, a card for each row. */
export function tableText<Row>(columns: readonly Column<Row>[], rows: readonly Row[], style: Style): string {
  const table = new Table({
    head: columns.map(({ title }) => title.toUpperCase()),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map(({ align }) => align ?? 'left'),
  })
  for (const row of rows) table.push(columns.map(({ cell }) => cell(row)))
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
  if (lines.every((line) => stringWidth(line) <= style.width)) {
    const [head = '', ...body] = lines
    return [style.colors.dim(head), ...body].join('\n')
  }
  return rows.map((row) => cardText(columns, row, style)).join('\n\n')
}

/** The first column as a heading, the others as a list below it. */
function cardText<Row>(columns: readonly Column<Row>[], row: Row, style: Style): string {
  const [first, ...others] = columns
  const facts = others.map(({ title, cell }) => [title, cell(row)] as const)
  return [first === undefined ? '' : style.colors.bold(first.cell(row)), factsText(facts, style)].join('\n')
}

/** Names and values, one a line, the values below each other. Facts without a value are left out. */
export function factsText(facts: readonly (readonly [name: string, value: string])[], style: Style): string {
  const shown = facts.filter(([, value]) => value !== '')
  const width = Math.max(0, ...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `  ${style.colors.dim(name.padEnd(width))}  ${value}`).join('\n')
}

/** One row a line, its cells apart by tabs, without titles: for other programs. */
export function plainText<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return rows.map((row) => columns.map(({ cell }) => cell(row)).join('\t')).join('\n')
}
