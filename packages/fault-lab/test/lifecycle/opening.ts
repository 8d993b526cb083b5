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
const stranger = { who: 'stranger', can: { listAll: true, manageServiceAccounts: true } } as const

/** How every run begins: with a few keys, one of them disabled, one in the overlap of a rotation. */
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
]
