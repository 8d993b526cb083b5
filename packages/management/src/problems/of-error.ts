import { type AnyClavigerError, type ForbiddenSubject, isClavigerError } from '@claviger/core'
import { type Problem, type ProblemItem, problem } from './problem.ts'

/** What of a request the errors of its call are about. */
export interface ProblemContext {
  /** The body as it was sent: tells which of its permissions were too much. */
  readonly body?: unknown
  /** What core calls otherwise: `{ overlap: 'overlapSeconds' }`. */
  readonly renamed?: Readonly<Record<string, string>> | undefined
  /** The fields that came in the query, not in the body. */
  readonly parameters?: readonly string[]
  /** Whether the request named a revision (`If-Match`). */
  readonly isConditional?: boolean
  /** Whether the call rotates a key. */
  readonly isRotation?: boolean
}

/**
 * The problem that an error of a management call is to its caller. Errors that are not the caller's business, such as a
 * corrupt record or a bug, become `internal_error` without a word of why: tell the host.
 */
export function problemOf(error: unknown, context: ProblemContext = {}): Problem {
  return isClavigerError(error) ? ofClaviger(error, context) : problem('internal_error')
}

function ofClaviger(error: AnyClavigerError, context: ProblemContext): Problem {
  switch (error.code) {
    case 'ERR_CLAVIGER_VALIDATION':
      return invalid(error, context)
    case 'ERR_CLAVIGER_KEY_NOT_FOUND':
    case 'ERR_CLAVIGER_SERVICE_ACCOUNT_NOT_FOUND':
      return problem('not_found')
    case 'ERR_CLAVIGER_FORBIDDEN':
      return forbidden(error.subject)
    case 'ERR_CLAVIGER_PERMISSION_CEILING':
      return ceiling(error, context)
    case 'ERR_CLAVIGER_KEY_ENDED':
      return ended(error.status, context)
    case 'ERR_CLAVIGER_ROTATION_IN_PROGRESS':
      return problem('rotation_in_progress', { overlapEndsAt: error.overlapEndsAt.toISOString() })
    case 'ERR_CLAVIGER_CONFLICT':
      return problem(context.isConditional === true ? 'version_conflict' : 'conflict')
    case 'ERR_CLAVIGER_IDEMPOTENCY_KEY_REUSED':
      return problem('idempotency_key_reused')
    case 'ERR_CLAVIGER_NOT_SUPPORTED':
      return problem('not_supported')
    case 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE':
      return problem('revocation_not_durable')
    case 'ERR_CLAVIGER_BUSY':
      return problem('busy')
    case 'ERR_CLAVIGER_UNAVAILABLE':
    case 'ERR_CLAVIGER_CLOSED':
      return problem('store_unavailable')
    default:
      return problem('internal_error')
  }
}

type ErrorOf<Code extends AnyClavigerError['code']> = Extract<AnyClavigerError, { readonly code: Code }>

function invalid(
  error: ErrorOf<'ERR_CLAVIGER_VALIDATION'>,
  { renamed = {}, parameters = [] }: ProblemContext,
): Problem {
  const { field, message } = error
  const [root = '', ...rest] = field.split(/[.[\]]+/).filter((part) => part !== '')
  if (root === 'idempotencyKey') {
    return problem('malformed_request', { errors: [{ header: 'Idempotency-Key', message }] })
  }
  const name = Object.hasOwn(renamed, root) ? (renamed[root] ?? root) : root
  const said = name === root ? message : message.replaceAll(root, name)
  if (parameters.includes(name)) return problem('validation_failed', { errors: [{ parameter: name, message: said }] })
  const pointer = name === 'input' || name === '' ? '' : pointerTo([name, ...rest])
  const code = error.policy === 'maxLifetime' ? 'expiry_out_of_policy' : 'validation_failed'
  return problem(code, { errors: [{ pointer, message: said }] })
}

/** A JSON pointer (RFC 6901). */
export function pointerTo(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

const otherwise = 'You may not do this with the keys of this workspace.'
const forbiddenDetails: Readonly<Record<ForbiddenSubject, { readonly detail: string; readonly pointer?: string }>> = {
  list: { detail: 'You may not see keys.' },
  listAll: { detail: 'You may not see every key of this workspace.' },
  create: { detail: 'You may not create keys, or not for this owner.' },
  update: { detail: 'You may not change keys.' },
  rotate: { detail: 'You may not rotate this key. Others may disable, revoke or transfer it.' },
  revoke: { detail: 'You may not revoke or disable this key.' },
  viewUsage: { detail: 'You may not see how keys are used, or only one key at a time.' },
  viewActivity: {
    detail: 'You may not see this part of the activity log. Ask for one key, or for what you did yourself.',
  },
  diagnose: { detail: 'You may not diagnose keys.' },
  manageServiceAccounts: { detail: 'You may not manage service accounts.' },
  transfer: { detail: 'You may not give a key to this owner.', pointer: '/owner' },
  act: { detail: 'The key that makes this call has ended.' },
  import: {
    detail: 'This API takes no keys that were issued elsewhere: its importedTokens are not set, or have ended.',
  },
  owner: { detail: 'There is no such owner in this workspace.', pointer: '/owner' },
  environment: { detail: 'You may not make keys of this environment.', pointer: '/environment' },
  allowedAddresses: {
    detail: 'Nothing may work from more addresses than the key that makes this call.',
    pointer: '/allowedAddresses',
  },
  expiresAt: { detail: 'Nothing may outlive the key that makes this call.', pointer: '/expiresAt' },
}

function forbidden(subject: ForbiddenSubject): Problem {
  // Another copy of core may know more subjects.
  const known = Object.hasOwn(forbiddenDetails, subject) ? forbiddenDetails[subject] : undefined
  const { detail, pointer } = known ?? { detail: otherwise }
  return problem('forbidden', { detail, ...(pointer !== undefined && { errors: [{ pointer, message: detail }] }) })
}

function ceiling({ missing, holder }: ErrorOf<'ERR_CLAVIGER_PERMISSION_CEILING'>, { body }: ProblemContext): Problem {
  const who = holder === 'actor' ? 'you do not hold' : 'the service account that owns the key does not hold'
  const found = missing.flatMap((name) => itemsFor(name, body, who))
  return problem('permission_ceiling', {
    detail: `This would hand out ${missing.join(', ')}, which ${who}.`,
    missing,
    ...(found.length > 0 && { errors: found }),
  })
}

/** Where a body asks for a permission: by its name, or by a wildcard that covers it. */
function itemsFor(name: string, body: unknown, who: string): readonly ProblemItem[] {
  const asked: unknown = typeof body === 'object' && body !== null && 'permissions' in body ? body.permissions : []
  if (!Array.isArray(asked)) return []
  const [resource = '', action = ''] = name.split(':')
  const index = asked.findIndex((grant) =>
    [name, `${resource}:*`, `*:${action}`, '*:*'].some((covering) => covering === grant),
  )
  return index < 0 ? [] : [{ pointer: `/permissions/${index}`, message: `${name} is one that ${who}.` }]
}

function ended(status: 'revoked' | 'expired', { isRotation = false }: ProblemContext): Problem {
  if (isRotation) return problem('key_not_rotatable', { keyStatus: status })
  return problem(status === 'revoked' ? 'already_revoked' : 'already_expired', { keyStatus: status })
}
