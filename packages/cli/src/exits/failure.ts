import { type AnyClavigerError, isClavigerError } from '@claviger/core'
import { ManagementClientError } from '@claviger/management/client'
import { CommanderError } from 'commander'
import { CliError } from './cli-error.ts'
import { type Ending, exitCodes } from './exit-codes.ts'
import { failureOfProblem } from './problem-failure.ts'

/** What an error says to people and programs. */
export interface Failure {
  readonly ending: Ending
  readonly code: string
  readonly detail: string
  readonly fix: string | null
}

/** The document that `--json` writes to standard error. */
export function failureDocument({ ending, code, detail, fix }: Failure): object {
  return { code, detail, fix, exitCode: exitCodes[ending] }
}

/** What an error of any origin means for the user of a command. Pure. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CliError) return { ...pick(error), detail: error.message }
  if (error instanceof CommanderError) return failureOfCommander(error)
  if (error instanceof ManagementClientError) return failureOfProblem(error)
  if (isFailedFetch(error)) return failedFetch(error)
  if (isClavigerError(error)) return { ...explained(error), code: codeOf(error), detail: error.message }
  const detail = error instanceof Error && error.message !== '' ? error.message : 'Something failed without a reason.'
  return { ending: 'failed', code: 'failed', detail, fix: null }
}

/** What `fetch` throws when no one answers. */
function isFailedFetch(error: unknown): error is Error {
  return error instanceof Error && (error.message === 'fetch failed' || error.name === 'TimeoutError')
}

function failedFetch({ cause }: Error): Failure {
  const reason = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : ''
  return {
    ending: 'unreachable',
    code: 'api_unreachable',
    detail: `The management API does not answer${reason}.`,
    fix: 'Is the server running, and is --url right?',
  }
}

function pick({ ending, code, fix }: CliError): Omit<Failure, 'detail'> {
  return { ending, code, fix }
}

/** `key_not_found` of `ERR_CLAVIGER_KEY_NOT_FOUND`, as the management API names it. */
function codeOf({ code }: AnyClavigerError): string {
  return code.replace(/^ERR_CLAVIGER_/, '').toLowerCase()
}

function failureOfCommander(error: CommanderError): Failure {
  const [detail = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const fix = hint === undefined || hint === '' ? 'Run npx claviger --help, or the command with --help.' : hint
  return { ending: 'usage', code: 'usage', detail: sentence(detail), fix }
}

function sentence(text: string): string {
  const start = text.slice(0, 1).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(start) ? start : `${start}.`
}

function explained(error: AnyClavigerError): Pick<Failure, 'ending' | 'fix'> {
  switch (error.code) {
    case 'ERR_CLAVIGER_KEY_NOT_FOUND':
      return { ending: 'notFound', fix: 'List the keys of this workspace: npx claviger keys list --all.' }
    case 'ERR_CLAVIGER_SERVICE_ACCOUNT_NOT_FOUND':
      return { ending: 'notFound', fix: 'List the accounts of this workspace: npx claviger service-accounts list.' }
    case 'ERR_CLAVIGER_FORBIDDEN':
      return { ending: 'notAllowed', fix: null }
    case 'ERR_CLAVIGER_PERMISSION_CEILING':
      return { ending: 'notAllowed', fix: 'See what may be granted: npx claviger permissions list.' }
    case 'ERR_CLAVIGER_UNAVAILABLE':
    case 'ERR_CLAVIGER_BUSY':
      return { ending: 'unreachable', fix: 'Find out what is wrong: npx claviger doctor.' }
    case 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE':
      return {
        ending: 'unreachable',
        fix: 'This process ends now and does not retry: run the command again until it succeeds.',
      }
    case 'ERR_CLAVIGER_CONFIGURATION':
      return { ending: 'usage', fix: fixOfConfiguration(error.message) }
    case 'ERR_CLAVIGER_VALIDATION':
      return { ending: 'usage', fix: fixOfField(error.field) }
    case 'ERR_CLAVIGER_ROTATION_IN_PROGRESS':
      return { ending: 'failed', fix: 'End it first: npx claviger keys finish-rotation <id>. Or pass --overlap 0.' }
    default:
      return { ending: 'failed', fix: null }
  }
}

function fixOfField(field: string): string | null {
  if (field.startsWith('permission')) return 'See what may be granted: npx claviger permissions list.'
  return field === 'owner' ? 'Write --owner user:<id> or --owner service:<id>.' : null
}

function fixOfConfiguration(message: string): string | null {
  return message.includes('migrate()') ? 'Create the tables: npx claviger migrate.' : null
}
