import { isClavigerError, type ValidationError } from '@claviger/core'
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
      return one(fieldOf(error.field), wrong(fieldOf(error.field), error))
    case 'ERR_CLAVIGER_PERMISSION_CEILING':
      // Of resources the form asks nothing: what is wrong is said in full.
      if (error.missing.length === 0) return one('permissions', error.message)
      return one('permissions', error.holder === 'actor' ? youLack(error.missing) : accountLacks(error.missing, held))
    case 'ERR_CLAVIGER_FORBIDDEN':
      if (error.subject === 'owner' || error.subject === 'environment' || error.subject === 'expiresAt') {
        return one(error.subject, forbidden[error.subject])
      }
      throw error
    default:
      throw error
  }
}

/** Says that the visitor cannot give permissions to a key. */
export function youLack(missing: readonly string[]): string {
  return `You do not hold ${missing.join(', ')}, so you cannot give ${missing.length === 1 ? 'it' : 'them'} to a key.`
}

/** Says that a service account cannot own a key with permissions. */
export function accountLacks(missing: readonly string[], held?: string): string {
  const bound = held === undefined ? '' : ` ${held}`
  return `The service account does not hold ${missing.join(', ')}.${bound} Choose less, or widen it first.`
}

/** What is wrong with a field, for people: what the keyring says is for those who call it. */
function wrong(field: string, { policy, message }: Pick<ValidationError, 'policy' | 'message'>): string {
  if (policy === 'maxLifetime') return forbidden.expiresAt
  const [first = ''] = field.split('.', 1)
  return texts.get(first) ?? message
}

const texts: ReadonlyMap<string, string> = new Map([
  ['name', 'Write a name of 1 to 128 characters, on one line.'],
  ['description', 'Write at most 2,000 characters, without control characters.'],
  ['reason', 'Write at most 500 characters, without control characters.'],
  ['allowedAddresses', 'Write at most 50 addresses and ranges such as 203.0.113.0/24, a line each.'],
  ['resources', 'Write IDs of at most 255 characters, a line each, and no API key.'],
  ['permissions', 'Choose permissions that this API has.'],
  ['environment', 'Choose one of the environments.'],
  ['expiresIn', 'Choose an end that is not over yet.'],
  ['expiresAt', 'Choose an end that is not over yet.'],
  ['owner', 'Choose who uses the key.'],
  ['overlap', 'Choose when the old secret stops.'],
  ['metadata', 'Write less: the answers are too long together.'],
])

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
