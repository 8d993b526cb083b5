import { apiKeyConsole, type ApiKeyConsole } from '@claviger/console'
import type { Actor, Keyring } from '@claviger/core'
import type { Permission } from './keyring.ts'
import { perKey } from './limits.ts'
import { memberOf, nameOf, permissionsOf, workspaces } from './team.ts'

/** Who looks at a page, as the session of a framework knows it. */
export interface Visitor {
  readonly userId: string | undefined
  readonly workspaceId: string | undefined
  readonly ip: string | undefined
}

/**
 * The key page of the product.
 *
 * @param visitorOf reads the session of a request: Express's `req`, Koa's `ctx`. Asked on every request
 */
export function createKeyPage(keyring: Keyring<Permission>, visitorOf: (native: unknown) => Visitor): ApiKeyConsole {
  return apiKeyConsole({
    keyring,
    authorize: ({ native }) => actorOf(visitorOf(native)),
    appName: 'Acme',
    actorLabel: ({ workspaceId, id }) => `${nameOf(id) ?? id}, ${memberOf(workspaceId, id)?.role ?? 'guest'}`,
    permissionLabels: {
      'prompts:list': 'names of prompts',
      'prompts:read': 'texts of prompts',
      'prompts:write': 'create and change prompts',
      'prompts:delete': 'delete prompts',
      'context:list': 'names of context files',
      'context:download': 'context files',
      'context:upload': 'add context files',
      'runs:list': 'past runs',
      'runs:read': 'results of runs',
      'runs:create': 'start runs, which cost money',
      'runs:cancel': 'stop runs',
      'billing:read': 'invoices',
    },
    presets: [
      { label: 'Read only', permissions: ['prompts:list', 'prompts:read', 'context:list', 'runs:list', 'runs:read'] },
      {
        label: 'CI',
        description: 'Read prompts and context, and start runs.',
        permissions: ['prompts:list', 'prompts:read', 'context:download', 'runs:create', 'runs:read'],
      },
    ],
    workspaceLabel: ({ workspaceId }) => workspaces.get(workspaceId) ?? workspaceId,
    homeUrl: '/',
    signInUrl: '/sign-in',
    links: [{ label: 'API reference', href: '/docs' }],
    people: (ids) => Object.fromEntries(ids.map((id) => [id, nameOf(id) ?? id])),
    limits: [perKey],
    snippets: {
      envName: 'ACME_API_KEY',
      url: 'https://api.acme.example/v1/me',
      urls: {
        'prompts:list': 'https://api.acme.example/v1/prompts',
        'runs:list': 'https://api.acme.example/v1/runs',
        'context:list': 'https://api.acme.example/v1/context',
      },
    },
    create: {
      fields: [
        {
          name: 'team',
          label: 'Team',
          options: ['Platform', 'Growth', 'Support'],
          help: 'Who is asked when it breaks.',
        },
      ],
    },
  })
}

/** The signed-in member as an actor; null for no one. A member who left is no one, whatever the session says. */
function actorOf({ userId, workspaceId, ip }: Visitor): Actor | null {
  const member = userId === undefined || workspaceId === undefined ? undefined : memberOf(workspaceId, userId)
  if (member === undefined) return null
  return {
    type: 'user',
    id: member.id,
    workspaceId: member.workspaceId,
    permissions: permissionsOf[member.role],
    can: {
      listAll: member.role === 'admin',
      manageServiceAccounts: member.role === 'admin',
      create: member.role !== 'viewer',
    },
    ...(ip !== undefined && { origin: { ip } }),
  }
}
