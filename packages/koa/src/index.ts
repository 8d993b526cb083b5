/**
 * API-key authentication for Koa 2 and 3.
 *
 * @module
 */
export type { Denial, ProblemDocument } from '@claviger/core/http'
export { type ApiKeyAuth, type ApiKeyAuthOptions, apiKeyAuth } from './api-key-auth.ts'
