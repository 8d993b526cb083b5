import type { Command } from 'commander'
import type { Act } from '../act.types.ts'
import { addAudit } from './audit.ts'
import { addCallers } from './callers.ts'
import { addCreate } from './create.ts'
import { addDiagnose } from './diagnose.ts'
import { addEvents } from './events.ts'
import { addGet } from './get.ts'
import { addLimits } from './limits.ts'
import { addList } from './list.ts'
import { addPrune } from './prune.ts'
import { addRevoke } from './revoke.ts'
import { addRotate } from './rotate.ts'
import { addSwitches } from './switch.ts'
import { addUpdate } from './update.ts'
import { addUsage } from './usage.ts'

/** Adds `keys` and everything below it. */
export function addKeys(program: Command, act: Act): void {
  const keys = program.command('keys').description('make, watch and end API keys')
  for (const add of [
    addList,
    addGet,
    addCreate,
    addUpdate,
    addRotate,
    addSwitches,
    addRevoke,
    addPrune,
    addAudit,
    addDiagnose,
    addUsage,
    addCallers,
    addLimits,
    addEvents,
  ]) {
    add(keys, act)
  }
}
