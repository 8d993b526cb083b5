/**
 * API-key authentication for Koa 2 and 3.
 *
 * @module
 */
import './augment.ts'

export * from './bare.ts'
