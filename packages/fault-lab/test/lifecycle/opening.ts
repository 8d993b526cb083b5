import { creatingAccount } from './commands/accounts.ts'
import { creating } from './commands/create.ts'
import { rotating } from './commands/rotate.ts'
import { disabling } from './commands/switch.ts'
import { day } from './model.ts'
import type { Step } from './step.ts'

const plain = {
  environment: 'production',
  permissions: undefined,
  named: undefined,
  endsIn: 10 * day,
  once: false,
  process: 0,
} as const
const eve = { who: 'eve', can: { listAll: true, manageServiceAccounts: true } } as const
const long = { who: 'ada', endsIn: 25 * day } as const
const stranger = { who: 'stranger', can: { listAll: true, manageServiceAccounts: true } } as const

/** How every run begins: with a few keys, one of them disabled, one in the overlap of a rotation, some limited. */
export const opening: readonly Step[] = [
  creatingAccount({ ...eve, name: 'Bot', permissions: ['prompts:*', 'keys:manage'], process: 0 }),
  creating({ ...plain, who: 'ada', name: 'Alpha', permissions: ['*:*', 'keys:manage'] }),
  creating({ ...plain, who: 'bob', name: 'alphabet' }),
  creating({ ...plain, ...eve, name: 'Beta', named: { account: 0 }, process: 1 }),
  creating({ ...plain, ...stranger, name: 'Alpha' }),
  creating({ ...plain, who: 'ada', name: 'Beta', permissions: ['prompts:*', 'keys:manage'] }),
  // Each by its place among the keys there are.
  disabling({ ...eve, pick: 14, process: 1 }),
  rotating({ who: 'ada', process: 0, pick: 2, overlap: '24h' }),
  creating({ ...plain, ...long, name: 'Alpha', allowedAddresses: ['192.0.2.0/24'] }),
  creating({ ...plain, ...long, name: 'Beta', resources: { project: ['p1'] } }),
  creating({
    ...plain,
    ...long,
    name: 'Beta',
    permissions: ['prompts:read', 'keys:manage'],
    allowedAddresses: ['192.0.2.1', '2001:db8::/32'],
    resources: { dataset: ['d1'], project: ['p1', 'p2'] },
    process: 1,
  }),
]
