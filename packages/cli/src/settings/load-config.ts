import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Io } from '../edge/io.types.ts'
import { CliError } from '../exits/cli-error.ts'
import { withoutSecrets } from '../secrets/looks-like-token.ts'
import type { ClavigerConfig } from './config.types.ts'

/** A configuration, and where it stands. */
export interface LoadedConfig {
  readonly file: string
  /** Relative paths in the configuration start here. */
  readonly directory: string
  readonly config: ClavigerConfig
}

/** Reads a configuration file. @throws {CliError} when it cannot be read, or exports something else */
export async function loadConfig(
  io: Pick<Io, 'importModule' | 'readsTypeScript'>,
  file: string,
): Promise<LoadedConfig> {
  const config = await exported(io, file)
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
    return { file, directory: dirname(file), config }
  }
  throw new CliError(
    'usage',
    'config_invalid',
    `${basename(file)} exports ${config === null ? 'null' : typeof config}, not an object.`,
    'Write export default { prefix, store, permissions, workspace }. See npx claviger init.',
  )
}

async function exported(io: Pick<Io, 'importModule' | 'readsTypeScript'>, file: string): Promise<unknown> {
  const name = basename(file)
  if (file.endsWith('.ts') && !io.readsTypeScript) {
    throw new CliError(
      'usage',
      'config_typescript',
      `This version of Node does not read TypeScript, so ${name} cannot be loaded.`,
      'Use Node 22.18 or later, rename it to claviger.config.mjs, or load tsx: NODE_OPTIONS="--import tsx".',
    )
  }
  try {
    if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8'))
    const found = defaultOf(defaultOf(await io.importModule(pathToFileURL(file).href)))
    return typeof found === 'function' ? await found() : found
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new CliError(
      'usage',
      'config_failed',
      `${name} cannot be loaded: ${withoutSecrets(message.split('\n', 1)[0] ?? '')}`,
      'Correct the file. With JSON or a plain object, no package needs to be installed beside it.',
    )
  }
}

/** CommonJS arrives within a default export, and under some loaders within two. */
function defaultOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'default' in value ? value.default : value
}
