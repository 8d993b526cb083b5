import type { Command } from 'commander'
import type { Backend } from '../../backend/backend.types.ts'
import type { KeyJson } from '../../backend/shapes.ts'
import { plainText } from '../../text/table.ts'
import type { Act } from '../act.types.ts'
import type { Handler } from '../context.types.ts'
import { callersOf } from './caller-text.ts'
import { plainKeyColumns } from './key-columns.ts'
import { keyFacts, type OverlapUse } from './key-facts.ts'

/** Adds `keys get`. */
export function addGet(keys: Command, act: Act): void {
  keys.command('get').description('show one key').argument('<id>', 'the id of the key').action(act(getKey))
}

const getKey: Handler = async (context, _flags, [id = '']) => {
  const backend = await context.backend()
  const key = await backend.keys.get(id)
  const overlap = await overlapUsage(backend, key)
  const now = context.io.now()
  return {
    json: key,
    plain: () => plainText(plainKeyColumns, [key]),
    human: (style) => keyFacts(key, overlap, style, now),
  }
}

/** How the two secrets of a key in its overlap are used; undefined without an overlap, or when use is not counted. */
export async function overlapUsage(backend: Backend, key: KeyJson): Promise<OverlapUse | undefined> {
  if (key.status !== 'rotating' || key.requestCount30d === null) return undefined
  return { usage: await backend.keys.usage(key.id, { bucket: 'hour' }), callers: await callersOf(backend, key.id) }
}
