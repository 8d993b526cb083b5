import type { FaultProxy, TestServer } from '@claviger/test-servers'
import type { SqlStore } from '../../src/index.ts'
import type { ServerClient } from '../support/under-test.ts'

/** What the suites need of one kind of server. */
export interface ServerSuite {
  readonly server: () => TestServer
  /** Selects a row for every transaction that waits for a lock. */
  readonly lockWaits: string
  /** A pool of its own, closed when the test ends. */
  client(options?: ClientOptions): ServerClient
  /** Stores on emptied tables, each on a pool of its own. */
  stores(count: 3): Promise<readonly [SqlStore, SqlStore, SqlStore]>
  /** A proxy before the server, closed when the test ends. */
  proxy(): Promise<FaultProxy>
}

/** How a test connects. */
export interface ClientOptions {
  /** Default: the server's own. */
  readonly url?: string
  readonly maxConnections?: number
  /** The time zone of every session. */
  readonly timeZone?: string
  /** Called with every statement before it is sent. */
  readonly onStatement?: (sql: string, parameters: readonly unknown[]) => void | Promise<void>
}
