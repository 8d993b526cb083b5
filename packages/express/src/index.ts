/**
 * API-key authentication for Express 4 and 5.
 *
 * @module
 */
import './augment.ts'

export * from './bare.ts'
