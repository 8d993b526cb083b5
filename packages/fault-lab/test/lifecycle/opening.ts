import { creatingAccount } from './commands/accounts.ts'
import { creating } from './commands/create.ts'
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

/** How every run begins: with a few keys, so that there is something to lose. */
export const opening: readonly Step[] = [
  creatingAccount({ ...eve, name: 'Bot', permissions: ['prompts:*', 'keys:manage'], process: 0 }),
  creating({ ...plain, who: 'ada', name: 'Alpha', permissions: ['*:*', 'keys:manage'] }),
  creating({ ...plain, who: 'bob', name: 'alphabet' }),
  creating({ ...plain, ...eve, name: 'Beta', named: { account: 0 }, process: 1 }),
  creating({ ...plain, ...stranger, name: 'Alpha' }),
]
