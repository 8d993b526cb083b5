import type { Command } from 'commander'
import type { KeyJson } from '../../backend/shapes.ts'
import { parseDuration } from '../../text/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import { timeText } from '../../text/time.ts'
import type { Act } from '../act.types.ts'
import { requireConfirmation } from '../confirm.ts'
import type { Handler } from '../context.types.ts'
import { callersOf } from './caller-text.ts'
import { evidenceOf, isHot } from './evidence.ts'
import { type HandOverFlags, handOver } from './hand-over.ts'

interface RotateFlags extends HandOverFlags {
  readonly overlap?: string
}

/** Adds `keys rotate`. */
export function addRotate(keys: Command, act: Act): void {
  keys
    .command('rotate')
    .description('give a key a new secret; the old one works for the overlap')
    .argument('<id>', 'the id of the key')
    .option('--overlap <duration>', 'how long the old secret still works; 0 stops it now (default: 24h)')
    .option('--write-env <file>', 'write the key to this new file, readable by you only, instead of showing it')
    .option('--env-name <variable>', 'with --write-env: the name of the variable (default: <PREFIX>_API_KEY)')
    .option('--force', 'with --write-env: set the variable in a file that is there')
    .action(act(rotateKey))
}

const rotateKey: Handler<RotateFlags> = async (context, flags, [id = '']) => {
  const overlapMs = parseDuration('--overlap', flags.overlap ?? '24h')
  const backend = await context.backend()
  const key = await backend.keys.get(id)
  const now = context.io.now()
  const stopsTraffic = overlapMs === 0 && isHot(key, now)
  const asks = stopsTraffic || flags.dryRun === true
  const evidence = asks ? evidenceOf(key, now, await callersOf(backend, id)) : ''
  if (flags.dryRun === true) {
    return {
      json: { dryRun: true, key },
      human: () => '',
      notes: () => [`Would rotate ${safeText(key.name)}. ${evidence} Nothing was changed.`],
    }
  }
  if (stopsTraffic) {
    await requireConfirmation(context, {
      question: `${evidence} Whatever uses the old secret fails at once.`,
      typed: key.name,
      act: `rotate ${safeText(key.name)} without an overlap`,
    })
  }
  return handOver(
    context,
    flags,
    () => backend.keys.rotate(id, overlapMs),
    (rotated) => [`Rotated ${safeText(rotated.name)} (${rotated.id})`, overlapText(rotated)],
  )
}

function overlapText({ secrets, id }: KeyJson): string {
  const end = secrets.find(({ expiresAt }) => expiresAt !== null)?.expiresAt
  if (end === undefined || end === null) return 'The old secret has stopped working.'
  return `The old secret works until ${timeText(end)}. Is it still used? npx claviger keys usage ${id}`
}
