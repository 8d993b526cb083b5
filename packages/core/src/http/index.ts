/**
 * Authentication over HTTP without a framework: for adapters, and with `createDecider` for applications on frameworks that
 * have none. Others use `@claviger/express` or `@claviger/koa`.
 *
 * @module
 */

export { doorOf } from '../door.ts'
export type { Door } from '../door.types.ts'
export type { AddressSource } from './client-address.ts'
export { isThenable } from '../input/thenable.ts'
export type { ApiKeyAuth } from './api-key-auth.ts'
export { type ClosableServer, type CloseOptions, closeGracefully } from './close-gracefully.ts'
export type { AbsenceHint, HttpHint } from './credential.ts'
export {
  createDecider,
  type Decider,
  type DeciderOptions,
  type FetchRequest,
  type RequestDecision,
} from './decider.ts'
export type { Decide, Decision } from './decision.ts'
export {
  challenge,
  type Denial,
  type DenialReason,
  type ProblemDocument,
  problemDocument,
  problemMediaType,
} from './denial.ts'
export { type AuthStep, createHttpAuth } from './http-auth.ts'
export { apiKeyIn, type Identified, identify } from './identity.ts'
export type { EitherOptions } from './either.ts'
export type { FailureLimitOptions, LimitOptions } from './limit-options.ts'
export type { LimitHeaders } from './limit-headers.ts'
export type { HttpAuthOptions } from './options.ts'
export type { OtherBearer } from './other-bearer.ts'
export { type DenialCode, type DenialEntry, denialTable } from './denial-table.ts'
export { readFixedRule, readLimits } from '../limits/states.ts'
export type { HttpRequest } from './request.ts'
export type { Answer, Responder } from './responder.ts'
export type { HttpResponse } from './response.ts'
