import type { UsersGuideOptions } from '../../src/docs/index.ts'

/** The example product of `docs/for-your-users.md`. */
export const acme: UsersGuideOptions = {
  product: 'Acme',
  baseUrl: 'https://api.acme.example/v1',
  path: '/prompts',
  prefix: 'acme',
  header: 'X-API-Key',
  permissions: [
    { name: 'prompts:list', description: 'see the names of prompts' },
    { name: 'prompts:read', description: 'read prompts' },
    { name: 'prompts:write', description: 'create, change and delete prompts' },
    { name: 'context:download', description: 'download context files' },
    'keys:manage',
  ],
  environments: ['development', 'staging', 'production', 'ci'],
  keysPage: 'https://acme.example/settings/api-keys',
  support: 'support@acme.example',
}
