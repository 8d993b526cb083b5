import type { OwnerRef } from '../backend/backend.types.ts'
import { CliError } from '../exits/cli-error.ts'

/** Reads `user:ada` or `service:<id>`. @throws {CliError} */
export function parseOwnerRef(text: string): OwnerRef {
  const [, type, id = ''] = /^(user|service):(.+)$/s.exec(text) ?? []
  if (type === 'user' || type === 'service') return { type, id }
  throw new CliError(
    'usage',
    'usage',
    'An owner is given by its type and its id.',
    'Write --owner user:ada, or --owner service:<id> with an id of npx claviger service-accounts list.',
  )
}
