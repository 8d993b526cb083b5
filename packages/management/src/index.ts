/**
 * The REST API for managing keys.
 *
 * @module
 */

export type { ManagementProblem, ProblemItem } from './problems/problem.ts'
export { type ProblemCode, type ProblemEntry, problemTable } from './problems/table.ts'
