import { isClavigerError } from '@claviger/core'
import type { Problems } from '../components/fields.tsx'

/**
 * What an error of the keyring says about the fields of a form. What is not about a field is thrown again.
 *
 * @param names what the form calls fields of the keyring; the others are called the same
 * @param held what the owner holds, in a sentence
 */
export function problemsOf(error: unknown, names: Readonly<Record<string, string>> = {}, held?: string): Problems {
  if (!isClavigerError(error)) throw error
  const one = (field: string, message: string): Problems => new Map([[names[field] ?? own[field] ?? field, message]])
  switch (error.code) {
    case 'ERR_CLAVIGER_VALIDATION':
      return one(fieldOf(error.field), error.message)
    case 'ERR_CLAVIGER_PERMISSION_CEILING':
      // Of resources the form asks nothing: what is wrong is said in full.
      if (error.missing.length === 0) return one('permissions', error.message)
      return one(
        'permissions',
        error.holder === 'actor'
          ? `You do not hold ${error.missing.join(', ')}, so you cannot give it to a key.`
          : `The service account does not hold ${error.missing.join(', ')}. ${held ?? ''} Choose less, or widen it first.`.replace(
              '  ',
              ' ',
            ),
      )
    case 'ERR_CLAVIGER_FORBIDDEN':
      if (error.subject === 'owner' || error.subject === 'environment' || error.subject === 'expiresAt') {
        return one(error.subject, forbidden[error.subject])
      }
      throw error
    default:
      throw error
  }
}

/** The field of a form: `resources.project` is one of its own, `permissions[2]` is not. */
function fieldOf(field: string): string {
  const [first = '', second] = field.split(/[.[]/, 2)
  return first === 'resources' && second !== undefined && second !== '' ? `${first}.${second}` : first
}

const own: Readonly<Record<string, string>> = { expiresIn: 'expires' }

const forbidden = {
  owner: 'You cannot create keys for this owner.',
  environment: 'You cannot create keys of this environment.',
  expiresAt: 'The key must end earlier than this.',
} as const
