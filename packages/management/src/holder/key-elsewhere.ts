import type { ApiKey } from '@claviger/core'
import type { MachineParts } from '../machines/machine-handler.ts'

/**
 * The key of a request that was refused for its address alone, so that its holder can end it from anywhere. Its secret
 * is proven again.
 *
 * @param header the header that takes the bare key besides `Authorization`, if there is one
 * @throws {UnavailableError} when the store fails
 */
export async function keyElsewhere(
  { door }: Pick<MachineParts, 'door'>,
  { headers }: Request,
  header: string | undefined,
): Promise<ApiKey | undefined> {
  const sent = [headers.get('Authorization')?.replace(/^bearer +/i, ''), header && headers.get(header)]
  for (const token of sent) {
    const verification = token ? await door.check('direct', token.trim()) : undefined
    if (verification?.ok === true) return verification.apiKey
  }
  return undefined
}
