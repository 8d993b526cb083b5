import type { Io } from '../edge/io.types.ts'
import { CliError } from '../exits/cli-error.ts'
import { targetOf } from '../settings/settings.ts'
import type { Backend } from './backend.types.ts'
import { type Known, openDirect } from './open-direct.ts'

/** Opens the place where keys are. @throws {CliError} when nothing says where */
export async function openBackend(io: Io, known: Known): Promise<Backend> {
  const target = targetOf(known.flags, io.env, known.loaded?.config)
  if (target.kind === 'direct') return openDirect(io, target, known)
  throw new CliError('usage', 'usage', 'The management API cannot be used yet.', 'Pass --store.')
}
