import type { Command } from 'commander'
import type { KeyJson, RevocationJson } from '../../backend/shapes.ts'
import { plural } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Act } from '../act.types.ts'
import { requireConfirmation } from '../confirm.ts'
import type { Handler } from '../context.types.ts'
import { reasonOption } from '../flags.ts'
import { callersOf } from './caller-text.ts'
import { evidenceOf, isHot } from './evidence.ts'
import { revocationOutcome, revokeAll } from './revocations.ts'

interface RevokeFlags {
  readonly reason?: string
}

/** Adds `keys revoke`. */
export function addRevoke(keys: Command, act: Act): void {
  keys
    .command('revoke')
    .description('end keys permanently; requests with them get 401')
    .argument('<id...>', 'the ids of the keys')
    .addOption(reasonOption())
    .action(act(revokeKeys))
}

const revokeKeys: Handler<RevokeFlags> = async (context, flags, given) => {
  const ids = [...new Set(given)]
  const backend = await context.backend()
  const keys: KeyJson[] = []
  for (const id of ids) keys.push(await backend.keys.get(id))
  const now = context.io.now()
  const living = keys.filter(({ status }) => status !== 'revoked')
  // Of several keys that would be too much to read.
  const callers = living.length === 1 && living[0] !== undefined ? await callersOf(backend, living[0].id) : []
  const evidence = living.map((key) => evidenceOf(key, now, callers)).join(' ')
  if (flags.dryRun === true) {
    return {
      json: { dryRun: true, keys: living },
      human: () => '',
      notes: () => [`Would revoke ${plural(living.length, 'key')}. ${evidence} Nothing was changed.`],
    }
  }
  const [first] = living
  if (first !== undefined) {
    const name = living.length === 1 ? safeText(first.name) : plural(living.length, 'key')
    await requireConfirmation(context, {
      question: evidence,
      typed: living.some((key) => isHot(key, now)) ? (living.length === 1 ? first.name : name) : undefined,
      act: `revoke ${name}`,
    })
  }
  const results = await revokeOneOrMany(ids)
  return revocationOutcome(keys, results, backend)

  async function revokeOneOrMany(all: readonly string[]): Promise<readonly RevocationJson[]> {
    const [id] = all
    // One alone fails as itself, with its own exit code.
    if (all.length === 1 && id !== undefined) {
      return [{ id, ok: true, key: await backend.keys.revoke(id, flags.reason), code: null, detail: null }]
    }
    return revokeAll(context, backend, all, flags.reason)
  }
}
