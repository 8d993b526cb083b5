import type { ApiKey } from './verification.ts'

/** Whose use is counted: one secret version of a key. */
export type Subject = Pick<ApiKey, 'id' | 'workspaceId' | 'secretVersion'>
