import type { Io } from '../edge/io.types.ts'
import { targetOf } from '../settings/settings.ts'
import type { Backend } from './backend.types.ts'
import { type Known, openDirect } from './open-direct.ts'
import { openRemote } from './open-remote.ts'

/** Opens the place where keys are. @throws {CliError} when nothing says where */
export async function openBackend(io: Io, known: Known): Promise<Backend> {
  const target = targetOf(known.flags, io.env, known.loaded?.config)
  return target.kind === 'direct' ? openDirect(io, target, known) : openRemote(io, target, known)
}
