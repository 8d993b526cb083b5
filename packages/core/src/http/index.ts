/**
 * Authentication over HTTP without a framework: for adapters, and with `createDecider` for applications on frameworks that
 * have none. Others use `@claviger/express` or `@claviger/koa`.
 *
 * @module
 */

export { isThenable } from '../input/thenable.ts'
export { type ClosableServer, type CloseOptions, closeGracefully } from './close-gracefully.ts'
export {
  type AbsenceHint,
  type Credential,
  type CredentialRules,
  type HttpHint,
  type ParsedCredential,
  parseCredential,
} from './credential.ts'
export {
  createDecider,
  type Decider,
  type DeciderOptions,
  type FetchRequest,
  type RequestDecision,
} from './decider.ts'
export type { Decision, Gate } from './decision.ts'
export {
  challenge,
  type Denial,
  type ProblemDocument,
  problemDocument,
  problemMediaType,
  type Refusal,
} from './denial.ts'
export { createHttpAuth, type HttpAuth, type Passage } from './http-auth.ts'
export { type Identified, identify } from './identity.ts'
export type { HttpAuthOptions } from './options.ts'
export { type DenialCode, type RefusalEntry, refusals } from './refusals.ts'
export type { HttpRequest } from './request.ts'
export type { Answer, Responder } from './responder.ts'
export type { HttpResponse } from './response.ts'
export { appendVary } from './vary.ts'
