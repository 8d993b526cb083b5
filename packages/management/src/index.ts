/**
 * The REST API for managing keys, as a web-standard `fetch` handler over `keyring.as(actor)`.
 *
 * @module
 */

export { type ManagementApi, managementApi } from './app.ts'
export { type DocumentOptions, type OpenApiDocument, openApiDocument } from './openapi/document.ts'
export type { ManagementFailure, ManagementOptions } from './options.ts'
export type { ManagementProblem, ProblemItem } from './problems/problem.ts'
export { type ProblemCode, type ProblemEntry, problemTable } from './problems/table.ts'
export type { UserNames, UserNamesQuestion } from './resources/names.ts'
export type { ManagementAction } from './web/actions.ts'
export type { CrossSiteOptions } from './web/cross-site.ts'
export type { Limit, LimitAnswer, ManagementCall, StepUp, StepUpAnswer } from './web/hooks.ts'
export type { Authorize, AuthorizeAnswer, Host, HostRequest } from './web/host.ts'
