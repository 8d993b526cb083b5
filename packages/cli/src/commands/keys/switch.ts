import type { Command } from 'commander'
import type { CallerJson, KeyJson } from '../../backend/shapes.ts'
import { safeText } from '../../text/safe-text.ts'
import { plainText } from '../../text/table.ts'
import type { Act } from '../act.types.ts'
import { requireConfirmation } from '../confirm.ts'
import type { Handler, Outcome } from '../context.types.ts'
import { reasonOption } from '../flags.ts'
import { callersOf } from './caller-text.ts'
import { calledBy, evidenceOf } from './evidence.ts'
import { overlapUsage } from './get.ts'
import { plainKeyColumns } from './key-columns.ts'
import type { OverlapUse } from './key-facts.ts'

/** Adds `keys disable`, `keys enable` and `keys finish-rotation`. */
export function addSwitches(keys: Command, act: Act): void {
  keys
    .command('disable')
    .description('refuse a key until it is enabled again')
    .argument('<id>', 'the id of the key')
    .addOption(reasonOption())
    .action(act(disable))
  keys
    .command('enable')
    .description('accept a disabled key again')
    .argument('<id>', 'the id of the key')
    .action(act(enable))
  keys
    .command('finish-rotation')
    .description('stop the previous secret of a rotation now')
    .argument('<id>', 'the id of the key')
    .action(act(finishRotation))
}

const disable: Handler<{ readonly reason?: string }> = async (context, flags, [id = '']) => {
  const backend = await context.backend()
  const key = await backend.keys.get(id)
  const now = context.io.now()
  if (flags.dryRun === true) return planned('disable', key, evidenceOf(key, now, await callersOf(backend, id)))
  const done = await backend.keys.disable(id, flags.reason)
  return changed(done, `${safeText(done.name)} is disabled. Requests with it get 401 until you enable it again.`)
}

const enable: Handler = async (context, flags, [id = '']) => {
  const backend = await context.backend()
  if (flags.dryRun === true) return planned('enable', await backend.keys.get(id), '')
  const done = await backend.keys.enable(id)
  return changed(done, `${safeText(done.name)} is enabled.`)
}

const finishRotation: Handler = async (context, flags, [id = '']) => {
  const backend = await context.backend()
  const key = await backend.keys.get(id)
  const overlap = await overlapUsage(backend, key)
  const share = overlap?.usage.previousSecretShare ?? 0
  const evidence =
    share > 0
      ? `The previous secret is still in use: what uses it fails at once.${calledBy(key, context.io.now(), ofPrevious(key, overlap))}`
      : 'Nothing uses the previous secret.'
  if (flags.dryRun === true) return planned('finish the rotation of', key, evidence)
  if (key.status === 'rotating' && share > 0) {
    await requireConfirmation(context, {
      question: evidence,
      typed: undefined,
      act: `stop the previous secret of ${safeText(key.name)}`,
    })
  }
  const done = await backend.keys.endOverlap(id)
  const name = safeText(done.name)
  return changed(
    done,
    key.status === 'rotating'
      ? `The previous secret of ${name} stopped.`
      : `${name} has no previous secret that works.`,
  )
}

/** Who used the previous secret since the rotation. */
function ofPrevious({ secrets: [current, previous] }: KeyJson, overlap: OverlapUse | undefined): readonly CallerJson[] {
  const since = current?.createdAt ?? ''
  return (overlap?.callers ?? []).filter(
    ({ version, lastUsedAt }) => version === previous?.version && lastUsedAt >= since,
  )
}

function changed(key: KeyJson, text: string): Outcome {
  return {
    json: key,
    plain: () => plainText(plainKeyColumns, [key]),
    human: () => '',
    notes: ({ symbols, colors }) => [`${colors.green(symbols.ok)} ${text}`],
  }
}

function planned(what: string, key: KeyJson, evidence: string): Outcome {
  return {
    json: { dryRun: true, key },
    human: () => '',
    notes: () => [`Would ${what} ${safeText(key.name)}. ${evidence} Nothing was changed.`.replace('  ', ' ')],
  }
}
