/**
 * What the management API and the console have in common at the edge to the web: who makes a call, where it comes from,
 * how it is refused. For hosts that build an interface of their own over `keyring.as(actor)`, too.
 *
 * @module
 */

export type { ManagementAction } from './actions.ts'
export { type Admission, type AdmissionParts, admit, type ReportFailure } from './admission.ts'
export {
  type CrossSiteCheck,
  type CrossSiteOptions,
  type CrossSiteRequest,
  createCrossSiteCheck,
} from './cross-site.ts'
export { privateHeaders } from '../problems/headers.ts'
export {
  type Limit,
  type LimitAnswer,
  limited,
  type ManagementCall,
  type StepUp,
  type StepUpAnswer,
  steppedUp,
} from './hooks.ts'
export { askedWith, type Authorize, type AuthorizeAnswer, type Host, type HostRequest, hostOf } from './host.ts'
export { type BodyBytes, type BodyText, readBytes, readText, type WithBody } from './read-text.ts'
export { createRequestIds, type RequestIds } from './request-id.ts'
export { type ProblemContext, pointerTo, problemOf } from '../problems/of-error.ts'
export {
  type ManagementProblem,
  type Problem,
  type ProblemDetails,
  type ProblemItem,
  problem,
  problemDocument,
  problemResponse,
} from '../problems/problem.ts'
export { type ProblemCode, type ProblemEntry, problemTable } from '../problems/table.ts'
