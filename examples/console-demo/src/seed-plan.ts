import type { Owner } from '@claviger/core'

/** A key of the story that the example tells, and how it was used. Days count back from now. */
export interface PlannedKey {
  readonly name: string
  readonly description?: string
  readonly environment: 'production' | 'staging' | 'development' | 'ci'
  readonly permissions?: readonly string[]
  readonly owner: Owner | { readonly account: string }
  readonly createdDaysAgo: number
  /** From its creation. */
  readonly livesDays?: number
  readonly rotatedDaysAgo?: readonly number[]
  readonly end?: {
    readonly by: 'revoke' | 'disable'
    readonly who: 'ada' | 'grace'
    readonly daysAgo: number
    readonly reason: string
  }
  /** When a request found out that its owner had left. */
  readonly ownerFoundGoneDaysAgo?: number
  readonly use?: PlannedUse
  readonly callers?: readonly PlannedCaller[]
}

/** A service account of the story. */
export interface PlannedAccount {
  readonly name: string
  readonly description: string
  readonly permissions: readonly string[]
}

/** How a key was used. */
export interface PlannedUse {
  /** Requests on a working day. */
  readonly perDay: number
  /** The last day with requests. Default 0: today. */
  readonly untilDaysAgo?: number
  /** What of a working day is left on a day of the weekend. Default 0.35. */
  readonly weekend?: number
  /** Growth over 90 days: 1 doubles. Default 0.3. */
  readonly growth?: number
  /** The hours with requests. Default: round the clock, more by day. */
  readonly hours?: readonly number[]
  /** Shares of requests by denial code, and behind a space what was lacked. */
  readonly denied?: Readonly<Record<string, number>>
  /** From then on every request was denied, for this reason. */
  readonly refused?: { readonly sinceDaysAgo: number; readonly code: string }
  /** Share of requests that the application answers with 5xx. Default 0.002. */
  readonly errors?: number
  /** Share of requests that still come with the previous secret after the last rotation. */
  readonly previousShare?: number
}

/** A program that used a key. */
export interface PlannedCaller {
  readonly network: string
  readonly agent: string
  /** `old`: with the secret before the last rotation, also after it. `formerly`: with that one, until then. Default: current. */
  readonly secret?: 'old' | 'formerly'
  /** How long before the last use with that secret. Default 0. */
  readonly hoursEarlier?: number
}

const ada = { type: 'user', id: 'ada' } as const
const grace = { type: 'user', id: 'grace' } as const

/** The service accounts of workspace acme. */
export const plannedAccounts: readonly PlannedAccount[] = [
  { name: 'web-frontend', description: 'The public website and its API routes.', permissions: ['prompts:*', 'runs:*'] },
  {
    name: 'data-pipeline',
    description: 'Nightly exports into the warehouse.',
    permissions: ['prompts:*', 'context:*', 'runs:*'],
  },
  { name: 'ci-bot', description: 'Builds and deployments.', permissions: ['prompts:*', 'context:*', 'runs:*'] },
]

/** The keys of workspace acme. */
export const plannedKeys: readonly PlannedKey[] = [
  {
    name: 'Production website',
    description: 'Behind acme.example. Deployed with every release; the secret is in the vault under web/claviger.',
    environment: 'production',
    permissions: ['prompts:list', 'prompts:read', 'runs:create', 'runs:read'],
    owner: { account: 'web-frontend' },
    createdDaysAgo: 210,
    rotatedDaysAgo: [120, 34],
    use: {
      perDay: 9_800,
      growth: 0.6,
      weekend: 0.55,
      denied: { 'insufficient_permission context:download': 0.0012 },
      errors: 0.0018,
    },
    callers: [
      { network: '10.4.0.0/16', agent: 'node' },
      { network: '10.5.0.0/16', agent: 'node', hoursEarlier: 0.2 },
      { network: '10.5.0.0/16', agent: 'k6', hoursEarlier: 98 },
    ],
  },
  {
    name: 'Nightly export',
    environment: 'production',
    permissions: ['prompts:list', 'prompts:read', 'context:download', 'runs:list', 'runs:read'],
    owner: { account: 'data-pipeline' },
    createdDaysAgo: 160,
    rotatedDaysAgo: [61],
    use: { perDay: 2_300, weekend: 1, growth: 0.1, hours: [1, 2, 3, 4], errors: 0.006 },
    callers: [
      { network: '10.9.0.0/16', agent: 'python-requests' },
      { network: '10.9.0.0/16', agent: 'Apache-HttpClient', hoursEarlier: 22 },
    ],
  },
  {
    name: 'Deployments',
    description: 'Publishes prompts after a merge.',
    environment: 'ci',
    permissions: ['prompts:list', 'prompts:read', 'prompts:write'],
    owner: { account: 'ci-bot' },
    createdDaysAgo: 190,
    rotatedDaysAgo: [88, 0.4],
    livesDays: 365,
    use: {
      perDay: 640,
      weekend: 0.08,
      growth: 0.2,
      denied: { 'insufficient_permission prompts:delete': 0.004 },
      previousShare: 0.12,
    },
    callers: [
      { network: '10.4.0.0/16', agent: 'node' },
      // Forgotten when the secret was deployed.
      { network: '10.2.0.0/16', agent: 'python-requests', secret: 'old' },
      { network: '10.4.0.0/16', agent: 'node', secret: 'formerly' },
      { network: '10.6.0.0/16', agent: 'Terraform', secret: 'formerly', hoursEarlier: 5 },
    ],
  },
  {
    name: "Ada's laptop",
    environment: 'development',
    permissions: ['prompts:*', 'runs:*'],
    owner: ada,
    createdDaysAgo: 47,
    livesDays: 90,
    use: { perDay: 85, weekend: 0.1, hours: [8, 9, 10, 11, 13, 14, 15, 16, 17], denied: { wrong_environment: 0.03 } },
    callers: [
      { network: '203.0.0.0/16', agent: 'node' },
      { network: '203.0.0.0/16', agent: 'curl', hoursEarlier: 3 },
      { network: '198.51.0.0/16', agent: 'PostmanRuntime', hoursEarlier: 70 },
    ],
  },
  {
    name: 'Staging smoke tests',
    environment: 'staging',
    owner: grace,
    createdDaysAgo: 74,
    livesDays: 180,
    use: {
      perDay: 410,
      weekend: 0.5,
      denied: {
        'insufficient_permission runs:create': 0.09,
        'insufficient_permission runs:read': 0.02,
        'owner_lacks_permission context:download': 0.02,
      },
      errors: 0.02,
    },
  },
  {
    name: 'Zapier integration',
    description: 'Owned by customer success. Renew before it ends.',
    environment: 'production',
    owner: ada,
    createdDaysAgo: 84,
    livesDays: 90,
    use: { perDay: 320, weekend: 0.4 },
    callers: [{ network: '198.51.0.0/16', agent: 'Zapier' }],
  },
  {
    name: 'Grafana dashboard',
    environment: 'production',
    permissions: ['runs:list', 'runs:read'],
    owner: ada,
    createdDaysAgo: 236,
    use: { perDay: 1_440, weekend: 1, growth: 0 },
    callers: [{ network: '10.4.0.0/16', agent: 'Grafana' }],
  },
  {
    name: '\u7ffb\u8a33\u30d1\u30a4\u30d7\u30e9\u30a4\u30f3',
    description: 'Translation pipeline of the Tokyo team.',
    environment: 'production',
    owner: grace,
    createdDaysAgo: 58,
    livesDays: 180,
    use: { perDay: 760, growth: 1.4, weekend: 0.6 },
  },
  {
    name: 'Partner: Contoso',
    environment: 'production',
    permissions: ['prompts:list', 'prompts:read'],
    owner: ada,
    createdDaysAgo: 66,
    livesDays: 365,
    use: { perDay: 530, weekend: 0.3, denied: { 'insufficient_permission context:download': 0.05 } },
    callers: [
      { network: '198.51.0.0/16', agent: 'okhttp' },
      { network: '2001:db8:17::/48', agent: 'okhttp', hoursEarlier: 6 },
    ],
  },
  {
    name: 'Support macro tool',
    environment: 'production',
    owner: grace,
    createdDaysAgo: 19,
    livesDays: 90,
    use: { perDay: 140, weekend: 0.2, growth: 2 },
    callers: [{ network: '203.0.0.0/16', agent: 'Mozilla' }],
  },
  {
    name: 'Prototype for the fair',
    environment: 'development',
    owner: { type: 'user', id: 'jurgen' },
    createdDaysAgo: 131,
    ownerFoundGoneDaysAgo: 12,
    use: { perDay: 60, refused: { sinceDaysAgo: 12, code: 'owner_gone' } },
    callers: [{ network: '203.0.0.0/16', agent: 'axios' }],
  },
  {
    name: 'Old importer',
    environment: 'production',
    owner: ada,
    createdDaysAgo: 300,
    use: { perDay: 12, untilDaysAgo: 97 },
  },
  {
    name: 'Hackathon team 4',
    environment: 'development',
    owner: grace,
    createdDaysAgo: 118,
  },
  {
    name: 'Mobile app (beta)',
    environment: 'staging',
    owner: grace,
    createdDaysAgo: 52,
    livesDays: 365,
    end: { by: 'disable', who: 'grace', daysAgo: 2, reason: 'Found in a crash report; checking.' },
    use: { perDay: 220, refused: { sinceDaysAgo: 2, code: 'key_disabled' } },
    callers: [
      { network: '100.64.0.0/16', agent: 'AcmeBeta' },
      { network: '2001:db8:42::/48', agent: 'AcmeBeta', hoursEarlier: 1.5 },
    ],
  },
  {
    name: 'Load test',
    environment: 'staging',
    owner: grace,
    createdDaysAgo: 40,
    livesDays: 30,
    use: { perDay: 30, untilDaysAgo: 6, refused: { sinceDaysAgo: 10, code: 'key_expired' } },
    callers: [{ network: '10.2.0.0/16', agent: 'k6' }],
  },
  {
    name: 'Blog post example',
    environment: 'development',
    owner: ada,
    createdDaysAgo: 77,
    end: { by: 'revoke', who: 'ada', daysAgo: 30, reason: 'Was visible in a screenshot.' },
    use: { perDay: 20, untilDaysAgo: 27, refused: { sinceDaysAgo: 30, code: 'key_revoked' } },
    callers: [{ network: '198.51.0.0/16', agent: 'curl' }],
  },
]
