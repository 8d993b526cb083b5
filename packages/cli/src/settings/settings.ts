import type { Io } from '../edge/io.types.ts'
import { CliError } from '../exits/cli-error.ts'
import type { ClavigerConfig } from './config.types.ts'

/** The flags that say where keys are. */
export interface TargetFlags {
  readonly store?: string | undefined
  readonly url?: string | undefined
  readonly tokenFile?: string | undefined
  readonly workspace?: string | undefined
  readonly owner?: string | undefined
  readonly env?: string | undefined
}

/** Where keys are: a store, or a management API. */
export type Target =
  | { readonly kind: 'direct'; readonly store: NonNullable<ClavigerConfig['store']>; readonly from: Source }
  | { readonly kind: 'remote'; readonly url: string; readonly tokenFile: string | undefined }

/** Where a setting was found. */
export type Source = 'flag' | 'environment' | 'config'

interface Level {
  readonly source: Source
  readonly store: NonNullable<ClavigerConfig['store']> | undefined
  readonly url: string | undefined
}

/**
 * Where the keys are: by flags, else by the environment (`CLAVIGER_STORE`, `CLAVIGER_URL`), else by the configuration
 * file. Pure.
 *
 * @throws {CliError} when nothing says it, or one of them says both
 */
export function targetOf(flags: TargetFlags, env: Io['env'], config: ClavigerConfig | undefined): Target {
  const levels: readonly Level[] = [
    { source: 'flag', store: flags.store, url: flags.url },
    { source: 'environment', store: set(env['CLAVIGER_STORE']), url: set(env['CLAVIGER_URL']) },
    { source: 'config', store: config?.store, url: config?.url },
  ]
  const level = levels.find(({ store, url }) => store !== undefined || url !== undefined)
  if (level === undefined) throw nowhere(config !== undefined)
  const { source, store, url } = level
  if (store !== undefined && url !== undefined) {
    throw new CliError(
      'usage',
      'usage',
      `There are a store and a url (${source}).`,
      'Give one of them: --store or --url.',
    )
  }
  if (store !== undefined) return { kind: 'direct', store, from: source }
  const tokenFile = flags.tokenFile ?? set(env['CLAVIGER_TOKEN_FILE']) ?? config?.tokenFile
  return { kind: 'remote', url: url ?? '', tokenFile }
}

/** A setting of one value: flag, environment, configuration, in this order. */
export function settingOf(
  name: 'workspace' | 'owner' | 'environment',
  flags: TargetFlags,
  env: Io['env'],
  config: ClavigerConfig | undefined,
): string | undefined {
  const flag = name === 'environment' ? flags.env : flags[name]
  return flag ?? set(env[`CLAVIGER_${name.toUpperCase()}`]) ?? config?.[name]
}

function nowhere(hasConfig: boolean): CliError {
  return new CliError(
    'usage',
    'no_store',
    hasConfig
      ? 'The configuration file names neither a store nor a url; is its environment variable not set?'
      : 'There is no claviger.config.mjs here or above, and neither --store nor --url was given.',
    'Write a configuration: npx claviger init. Or pass --store sqlite:keys.db, redis://..., postgres://..., mysql://...',
  )
}

function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
