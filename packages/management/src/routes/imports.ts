import { type AnyClavigerError, type ImportKeyInput, type ImportResult, isClavigerError } from '@claviger/core'
import { problemOf } from '../problems/of-error.ts'
import type { ImportedKeyResource } from '../resources/imports.ts'
import { importKeysBody, importSchema } from '../schemas/imports.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

/** Bringing in keys that were issued elsewhere. */
export const importEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/keys/import',
    action: 'importKeys',
    tag: 'Keys',
    summary: 'Import up to 100 keys that were issued elsewhere',
    description:
      'By the SHA-256 of their tokens, which keep working. Each is imported by itself, and one that was imported before stays as it is: repeat the call as often as you like. With `dryRun`, only look what would happen.',
    body: importKeysBody,
    answers: { 200: { description: 'What became of each', schema: importSchema } },
    problems: ['validation_failed'],
    async run({ keys, body }) {
      // What each entry holds is core's to check.
      const { results, ...counts } = await keys.import(body.keys as readonly ImportKeyInput[], {
        dryRun: body.dryRun ?? false,
      })
      return { status: 200, body: { ...counts, data: results.map(showResult) } }
    },
  }),
]

const good = { first: null, code: null, field: null, detail: null }

function showResult(result: ImportResult): ImportedKeyResource {
  const { index, ok, outcome } = result
  if (result.ok) return { index, ok, outcome, keyId: result.id, upgraded: result.upgraded, ...good }
  if (result.outcome === 'duplicate') {
    const { id, first } = result
    const detail = `Entry ${first} has the same digest.`
    return { index, ok, outcome, keyId: id, upgraded: null, first, code: 'conflict', field: 'tokenSha256', detail }
  }
  return { index, ok, outcome, keyId: null, upgraded: null, first: null, ...explained(result.error) }
}

/** Why an entry was refused: the problem that the error is, in the words of core where they say more. */
function explained(given: AnyClavigerError): Pick<ImportedKeyResource, 'code' | 'field' | 'detail'> {
  const error = isClavigerError(given) ? given : undefined
  const { code, detail } = problemOf(error)
  if (error?.code === 'ERR_CLAVIGER_VALIDATION') return { code, field: error.field, detail: error.message }
  if (error?.code === 'ERR_CLAVIGER_CONFLICT') return { code, field: null, detail: error.message }
  const isOfField =
    error?.code === 'ERR_CLAVIGER_FORBIDDEN' && ['owner', 'environment', 'expiresAt'].includes(error.subject)
  return { code, field: isOfField ? error.subject : null, detail }
}
