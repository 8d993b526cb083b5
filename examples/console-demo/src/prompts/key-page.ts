import { type ApiKeyConsole, apiKeyConsole } from '@claviger/console'
import type { Actor, Keyring } from '@claviger/core'
import type { Permission } from './keyring.ts'
import { namesOf } from './story.ts'

/** The page on which people manage the keys of their workspace. */
export function keyPage(keyring: Keyring<Permission>, url: string): ApiKeyConsole {
  return apiKeyConsole({
    keyring,
    authorize: visitor,
    appName: 'the prompts API',
    people: namesOf,
    snippets: {
      envName: 'PROMPTS_API_KEY',
      url: `${url}/v1/prompts`,
      urls: {
        'prompts:list': `${url}/v1/prompts`,
        'prompts:read': `${url}/v1/prompts/support-reply`,
        'context:download': `${url}/v1/context/brand-voice.md`,
      },
    },
  })
}

/** Ada, for pages of this machine. A name of another site that was made to lead here (DNS rebinding) gets no one. */
function visitor({ request }: { readonly request: Request }): Actor | null {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(request.url).hostname)) return null
  return {
    type: 'user',
    id: 'ada',
    workspaceId: 'acme',
    permissions: ['prompts:*', 'context:download'],
    can: { listAll: true, manageServiceAccounts: true },
  }
}
