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
export { type ApiKeyAuthorizerOptions, authorizeWithApiKey } from './authorize-with-api-key.ts'
export { type KeyHolderOptions, keyHolderApi } from './holder/key-holder-api.ts'
export type { RevokedSelfResource, SelfResource } from './holder/self.ts'
export {
  type Introspection,
  introspection,
  type IntrospectionCaller,
  type IntrospectionOptions,
} from './introspection/introspection.ts'
export type { ProgramOptions } from './machines/programs.ts'
export type { HandlerFailure, HandlerOptions, MachineHandler } from './machines/machine-handler.ts'
export type { Leak, LeakAction } from './secret-scanning/end-leaked.ts'
export { githubPublicKeys, type GithubPublicKeysOptions, type PublicKeyOf } from './secret-scanning/public-keys.ts'
export { secretScanning, type SecretScanningOptions } from './secret-scanning/secret-scanning.ts'
