/**
 * API-key authentication for Express 4 and 5.
 *
 * @module
 */
export type { Denial, ProblemDocument } from '@claviger/core/http'
export { type ApiKeyAuth, type ApiKeyAuthOptions, apiKeyAuth } from './api-key-auth.ts'
export type { ApiKeyMiddleware, DeniedContext, Next } from './middleware.ts'
