import type { ManagementClientError, ProblemCode } from '@claviger/management/client'
import type { Ending } from './exit-codes.ts'

interface ProblemFailure {
  readonly ending: Ending
  readonly code: string
  readonly detail: string
  readonly fix: string | null
}

const listAgain = 'List what is there: npx claviger keys list --all, or npx claviger service-accounts list.'
const permissions = 'See what may be granted: npx claviger permissions list.'
const tryAgain = 'Try again; find out what is wrong: npx claviger doctor.'

/** How a command ends because of a problem, and what to do, in the words of the command line. The rest has failed. */
const endings: Partial<Readonly<Record<ProblemCode, readonly [Ending, string | null]>>> = {
  unauthenticated: ['notAllowed', 'Is the key in --token-file or CLAVIGER_TOKEN still good?'],
  forbidden: ['notAllowed', 'Use a key that may do this, or ask someone who administers the workspace.'],
  permission_ceiling: ['notAllowed', permissions],
  cross_origin_request: ['notAllowed', null],
  read_only: ['notAllowed', null],
  step_up_required: ['notAllowed', null],
  not_found: ['notFound', listAgain],
  malformed_request: ['usage', null],
  validation_failed: ['usage', null],
  expiry_out_of_policy: ['usage', 'Pass an earlier --expires.'],
  store_unavailable: ['unreachable', tryAgain],
  busy: ['unreachable', tryAgain],
  rate_limited: ['unreachable', 'Wait a little, then try again.'],
  revocation_not_durable: ['unreachable', 'Run the command again until it succeeds.'],
  rotation_in_progress: ['failed', 'End it first: npx claviger keys finish-rotation <id>. Or pass --overlap 0.'],
  already_revoked: ['failed', 'Make another key: npx claviger keys create.'],
  already_expired: ['failed', 'Make another key: npx claviger keys create.'],
}

/** What an answer of the management API means for the user of a command. Pure. */
export function failureOfProblem({ status, problem }: ManagementClientError): ProblemFailure {
  if (problem === undefined) {
    return {
      ending: status >= 500 ? 'unreachable' : 'failed',
      code: 'no_management_api',
      detail: `Not an answer of the management API: status ${status}.`,
      fix: 'Is the API mounted at --url?',
    }
  }
  const [ending, fix] = endings[problem.code] ?? ['failed', null]
  const items = problem.errors ?? []
  const messages = items.map(({ message }) => message)
  const isGrant = items.some(({ pointer }) => pointer?.startsWith('/permissions'))
  return {
    ending,
    code: problem.code,
    detail: messages.length > 0 ? messages.join(' ') : problem.detail,
    fix: isGrant ? permissions : (fix ?? items.map((item) => item.fix).find((text) => text !== undefined) ?? null),
  }
}
