import type { TestServer } from '@claviger/test-servers'
import { databases, type LabDatabase } from '../databases.ts'
import { sqliteFile } from '../sqlite-file.ts'

/** What runs while a test of scale does: no test stops or freezes it. */
export type Running = Pick<TestServer, 'url' | 'stop'>

/** Where a store may hold very much. */
export interface ScalePlace extends Omit<LabDatabase, 'start'> {
  start(): Promise<Running | undefined>
}

/** Every database of the lab, and SQLite on a file. */
export const places: readonly ScalePlace[] = [
  ...databases,
  { name: 'SQLite', kind: 'sqlite', start: sqliteFile, prepare: async () => {} },
]

/** Whether tests run on a place: `FAULT_LAB_ON` names one; without it, they run on all. */
export function isWanted({ kind }: { readonly kind: string }): boolean {
  return (process.env.FAULT_LAB_ON ?? kind) === kind
}
