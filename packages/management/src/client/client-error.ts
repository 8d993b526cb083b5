import type { ManagementProblem } from '../problems/problem.ts'

/** The API answered with a problem, or with something that is not an answer of it. Never carries a token. */
export class ManagementClientError extends Error {
  /** The status of the response. */
  readonly status: number
  /** The problem document; undefined where the answer was not one, such as a proxy's page. */
  readonly problem: ManagementProblem | undefined
  /** The code of the problem; undefined without one. */
  readonly code: ManagementProblem['code'] | undefined
  /** Seconds to wait before trying again, as the answer says. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, problem: ManagementProblem | undefined, retryAfterSeconds: number | undefined) {
    super(problem === undefined ? `Not an answer of the management API: status ${status}.` : textOf(problem))
    this.status = status
    this.problem = problem
    this.code = problem?.code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

// Written down: a minifier renames classes, and what people read in logs must stay the same.
Object.defineProperty(ManagementClientError.prototype, 'name', { value: 'ManagementClientError' })

function textOf({ detail, fix, errors = [] }: ManagementProblem): string {
  const items = errors.map(
    ({ pointer, parameter, header, message }) => `${pointer ?? parameter ?? header ?? ''}: ${message}`,
  )
  return [detail, ...items, ...(fix === undefined ? [] : [fix])].join(' ')
}
