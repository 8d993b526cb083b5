import type { MemberActor } from '../../src/index.ts'

/** A person in ws_acme who holds all of prompts, unless told otherwise. */
export const user = (id: string, more: Partial<MemberActor> = {}): MemberActor => ({
  type: 'user',
  id,
  workspaceId: 'ws_acme',
  permissions: ['prompts:*'],
  ...more,
})

/** What every new key must say. */
export const named = { name: 'Production', environment: 'production' } as const

/** Everyone's keys, in the hands of someone who holds everything. */
export const admin = (more: Partial<MemberActor> = {}): MemberActor =>
  user('root', {
    permissions: ['*:*', 'keys:manage'],
    can: { listAll: true, manageServiceAccounts: true },
    ...more,
  })
