/** What is needed of a response: the shape of Node's `ServerResponse`. */
export interface HttpResponse {
  readonly headersSent: boolean
  readonly writableEnded: boolean
  readonly destroyed?: boolean
  readonly statusCode?: number
  /** The request it answers. */
  readonly req?: unknown
  /** Null while an earlier answer of the same connection is on its way. */
  readonly socket?: unknown
  getHeader(name: string): number | string | string[] | undefined
  setHeader(name: string, value: string): unknown
  removeHeader(name: string): void
  destroy?(): unknown
  /** What begins and ends an answer. */
  writeHead?(...given: unknown[]): unknown
  end?(body: string): unknown
  getHeaders?(): object
  on?(event: 'close', listener: () => void): unknown
  /** HTTP/2. */
  readonly stream?: { readonly destroyed?: boolean; destroy(): unknown } | undefined
}
