/** One row of a table of keys, as a file or a database gives it. */
export type Row = Readonly<Record<string, unknown>>

/** A table of keys. It can be read more than once, a few rows at a time. */
export interface Rows {
  /** What is read, for people. */
  readonly place: string
  read(): AsyncIterable<Row>
  close(): Promise<void>
}
