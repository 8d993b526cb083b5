import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { parse } from 'csv-parse'
import { CliError } from '../../exits/cli-error.ts'
import type { Row, Rows } from './rows.types.ts'

// A document is parsed whole: what is larger comes as lines.
const longestDocument = 64 * 1_048_576
const longestLine = 65_536

/** Reads CSV with a heading, one JSON object a line, or a JSON document with a list of objects. @throws {CliError} */
export async function rowsFromFile(file: string): Promise<Rows> {
  const place = basename(file)
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() !== true) throw new CliError('usage', 'file_missing', `There is no file ${place}.`, null)
  const read = await readerOf(file, found.size)
  return { place, read, close: async () => undefined }
}

async function readerOf(file: string, size: number): Promise<() => AsyncIterable<Row>> {
  if (/\.csv$/i.test(file)) return () => csvRows(file)
  const first = await firstCharacter(file)
  if (/\.(?:ndjson|jsonl)$/i.test(file) || (first === '{' && !(await isDocument(file, size))))
    return () => lineRows(file)
  if (first !== '[' && first !== '{') return () => csvRows(file)
  const rows = listIn(await document(file, size))
  return async function* () {
    yield* rows
  }
}

async function* csvRows(file: string): AsyncIterable<Row> {
  const parser = createReadStream(file).pipe(
    parse({
      columns: (names: string[]) => names.map((name) => name.trim()),
      bom: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: longestLine,
    }),
  )
  try {
    for await (const row of parser) yield row as Row
  } catch {
    throw unreadable(`after line ${parser.info.lines}`)
  }
}

async function* lineRows(file: string): AsyncIterable<Row> {
  let number = 0
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (line.trim() === '') continue
    const row = line.length > longestLine ? undefined : parsed(number === 1 ? withoutMark(line) : line)
    if (!isRow(row)) throw unreadable(`at line ${number}`)
    yield row
  }
}

async function firstCharacter(file: string): Promise<string> {
  for await (const chunk of createReadStream(file, { encoding: 'utf8', end: 4_095 })) {
    const [character = ''] = withoutMark(String(chunk)).trimStart()
    return character
  }
  return ''
}

/** A text without the mark of its byte order, which programs on Windows write. */
function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, '')
}

/** An object that holds the list, and not the first of many lines. */
async function isDocument(file: string, size: number): Promise<boolean> {
  if (size > longestDocument) return false
  return parsed(withoutMark(await readFile(file, 'utf8'))) !== undefined
}

async function document(file: string, size: number): Promise<unknown> {
  if (size > longestDocument) {
    throw new CliError(
      'usage',
      'file_too_large',
      'The file is too large to be read as one document.',
      'Write one JSON object a line (.ndjson), or CSV.',
    )
  }
  return parsed(withoutMark(await readFile(file, 'utf8')))
}

/** The list itself, or the one list that an object holds, such as `data` or `keys`. */
function listIn(value: unknown): readonly Row[] {
  const lists = Array.isArray(value) ? [value] : Object.values(Object(value)).filter((each) => Array.isArray(each))
  const [list] = lists
  if (lists.length === 1 && Array.isArray(list) && list.every(isRow)) return list
  if (lists.length === 0 && isRow(value)) return [value]
  throw unreadable('')
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Nothing of the file is repeated: it may hold tokens. */
function unreadable(where: string): CliError {
  return new CliError(
    'usage',
    'file_unreadable',
    `The file cannot be read${where === '' ? '' : ` ${where}`}.`,
    'Write CSV with a heading, one JSON object a line, or a JSON list of objects.',
  )
}
