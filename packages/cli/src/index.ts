/**
 * The command line as a function, and the types of its configuration.
 *
 * @module
 */
export type { Io, Terminal } from './edge/io.types.ts'
export { processIo } from './edge/process-io.ts'
export { type ClavigerConfig, defineConfig } from './settings/config.types.ts'
export { run } from './run.ts'
