/** What someone is in a workspace. */
export type Role = 'admin' | 'developer' | 'viewer'

/** A person who may sign in. */
export interface Member {
  readonly id: string
  readonly name: string
  readonly workspaceId: string
  readonly role: Role
}

/** The workspaces of this product, by id. */
export const workspaces: ReadonlyMap<string, string> = new Map([
  ['acme', 'Acme Robotics'],
  ['globex', 'Globex'],
])

/** Who works where: a table of your database. One person can be in several workspaces. */
export const members: readonly Member[] = [
  { id: 'ada', name: 'Ada Lovelace', workspaceId: 'acme', role: 'admin' },
  { id: 'grace', name: 'Grace Hopper', workspaceId: 'acme', role: 'developer' },
  { id: 'kenji', name: 'Kenji Tanaka', workspaceId: 'acme', role: 'viewer' },
  { id: 'grace', name: 'Grace Hopper', workspaceId: 'globex', role: 'admin' },
]

// People who left are remembered by name only.
const former: ReadonlyMap<string, string> = new Map([['jurgen', 'J\u00fcrgen M\u00fcller']])

/** What a role may do with the product. */
export const permissionsOf: Readonly<Record<Role, readonly string[]>> = {
  admin: ['*:*', 'keys:manage'],
  developer: ['prompts:*', 'context:*', 'runs:read', 'runs:list', 'runs:create'],
  viewer: ['prompts:read', 'prompts:list', 'runs:read', 'runs:list'],
}

/** The member of a workspace; undefined for someone else. */
export function memberOf(workspaceId: string, id: string): Member | undefined {
  return members.find((one) => one.workspaceId === workspaceId && one.id === id)
}

/** What someone could do in a workspace, also after they left: as developers, then. */
export function pastPermissionsOf(workspaceId: string, id: string): readonly string[] {
  return permissionsOf[memberOf(workspaceId, id)?.role ?? 'developer']
}

/** What someone is called, also after they left. */
export function nameOf(id: string): string | undefined {
  return members.find((one) => one.id === id)?.name ?? former.get(id)
}
