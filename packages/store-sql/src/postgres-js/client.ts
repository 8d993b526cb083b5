/** What the store calls of a client of postgres.js (package `postgres` 3.4), as `postgres(url)` makes it. */
export interface PostgresJsClient {
  readonly options: {
    readonly max: number
    readonly fetch_types: boolean
    readonly shared?: object
    readonly transform: { readonly column: { readonly from: unknown }; readonly row: { readonly from: unknown } }
  }
  reserve(): Promise<PostgresJsReserved>
}

/** A connection that is taken out of the pool. */
export interface PostgresJsReserved {
  unsafe(sql: string, parameters?: never[], options?: object): PostgresJsQuery
  /** A parameter of a given type, by its number. */
  typed(value: never, type: number): unknown
  release(): void
}

/** A query that is sent when it is awaited. */
export interface PostgresJsQuery extends PromiseLike<unknown> {
  /** Rows as lists of bytes, as the server sent them. */
  raw(): PromiseLike<unknown>
}
