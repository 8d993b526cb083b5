import type { ActorRef } from '../store/records.ts'

/** Things an actor may be allowed or forbidden to do. */
export type Ability = 'list' | 'listAll' | 'create' | 'revoke' | 'manageServiceAccounts'

/**
 * Who performs a management call. Comes from the host's own session or token, never from a request body.
 */
export interface Actor extends ActorRef {
  /** The tenant. No call of this actor reaches another. */
  readonly workspaceId: string
  /** The grants the actor holds: the ceiling of what it can grant. */
  readonly permissions: readonly string[]
  /**
   * What the actor may do beyond, or not even with, its own keys. Left out: everything with its own keys,
   * nothing with others'; `listAll` and `manageServiceAccounts` need an explicit `true`.
   */
  readonly can?: Readonly<Partial<Record<Ability, boolean>>>
}

/**
 * The actor for scripts, jobs and tests: may do everything within one workspace, for any owner.
 *
 * @example
 * const { token } = await keyring.as(systemActor('ws_acme')).create({
 *   name: 'Production', environment: 'production', owner: { type: 'user', id: 'ada' },
 * })
 */
export function systemActor(workspaceId: string): Actor {
  return {
    type: 'system',
    id: 'system',
    workspaceId,
    permissions: ['*:*', 'keys:manage'],
    can: { list: true, listAll: true, create: true, revoke: true, manageServiceAccounts: true },
  }
}
