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
  resources: [{ name: 'project', description: 'a project: its prompts and their history' }],
  addresses: true,
  limits: [
    { by: 'key', requests: 600, per: '1m', burst: { requests: 200, per: '1h' } },
    { by: 'workspace', name: 'quota', requests: 1_000_000, per: 'month' },
    { by: 'key', name: 'writes', requests: 60, per: '1m', description: 'requests that create, change or delete' },
  ],
  importedKeys: { pattern: /^sk_live_[0-9a-f]{32}$/, until: new Date('2027-06-30T00:00:00Z') },
}
