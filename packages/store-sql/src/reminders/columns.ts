import type { Reminder } from '@claviger/core/store'

type Column = 'expiring' | 'rotation_due' | 'unused' | 'owner_gone'

/** Where the places of a reminder are. */
export const columnOf: Readonly<Record<Reminder, Column>> = {
  expiring: 'expiring',
  rotationDue: 'rotation_due',
  unused: 'unused',
  ownerGone: 'owner_gone',
}
