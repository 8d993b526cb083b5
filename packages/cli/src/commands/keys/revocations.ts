import type { Backend } from '../../backend/backend.types.ts'
import type { KeyJson, RevocationJson } from '../../backend/shapes.ts'
import { plural } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Context, Outcome } from '../context.types.ts'

const atOnce = 100

/** Revokes any number of keys, each independently. */
export async function revokeAll(
  { progress }: Pick<Context, 'progress'>,
  backend: Backend,
  ids: readonly string[],
  reason: string | undefined,
): Promise<readonly RevocationJson[]> {
  const results: RevocationJson[] = []
  for (let start = 0; start < ids.length; start += atOnce) {
    progress(`Revoking ${start} of ${ids.length}`)
    results.push(...(await backend.keys.revokeMany(ids.slice(start, start + atOnce), reason)))
  }
  return results
}

/** What came of it, for each key; exit code 1 when one of them failed. */
export function revocationOutcome(
  keys: readonly Pick<KeyJson, 'id' | 'name'>[],
  results: readonly RevocationJson[],
  { revocationWithinMs }: Pick<Backend, 'revocationWithinMs'>,
): Outcome {
  const names = new Map(keys.map(({ id, name }) => [id, safeText(name)]))
  const failed = results.filter(({ ok }) => !ok)
  const delay = revocationWithinMs === null ? '' : ` Other processes follow within ${revocationWithinMs / 1_000} s.`
  return {
    json: { object: 'revocations', data: results },
    plain: () => results.map(({ id, ok }) => `${id}\t${ok ? 'revoked' : 'failed'}`).join('\n'),
    human: () => '',
    notes: ({ symbols, colors }) => [
      ...results.map((result) =>
        result.ok
          ? `${colors.green(symbols.ok)} ${names.get(result.id) ?? result.id} was revoked. Requests with it now get 401.`
          : `${colors.red(symbols.failure)} ${names.get(result.id) ?? result.id} was not revoked: ${safeText(result.detail ?? 'for an unknown reason')}`,
      ),
      ...(failed.length === results.length ? [] : [`  Revoking is final.${delay}`]),
      ...(failed.length === 0 ? [] : [`  ${plural(failed.length, 'key')} failed: run it again.`]),
    ],
    found: failed.length > 0,
  }
}
