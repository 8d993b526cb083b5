import type {
  KeyringSettings,
  KeyStore,
  LimitDefinition,
  OwnerSetting,
  PermissionCatalogue,
  PermissionDefinition,
} from '@claviger/core'

/**
 * What `claviger.config.mjs` exports: what `createKeyring` takes, and where the command line finds things. `store` may be
 * a URL, and `permissions` the plain definition, so that the file needs no imports.
 */
export interface ClavigerConfig
  extends Partial<Omit<KeyringSettings, 'store' | 'permissions' | 'defaultPermissions' | 'importedTokens'>>,
    Partial<Record<'owners', OwnerSetting['owners']>>,
    Partial<Record<'resolveOwner', OwnerSetting['resolveOwner']>> {
  /** `redis://...`, `postgres://...`, `mysql://...`, `sqlite:keys.db`; or a store that you made. */
  readonly store?: string | KeyStore | undefined
  /** With a URL: options of the store, such as `{ namespace: 'acme' }` or `{ tablePrefix: 'acme_' }`. */
  readonly storeOptions?: Readonly<Record<string, unknown>> | undefined
  /** Actions by resource, or the result of `definePermissions`. */
  readonly permissions?: PermissionDefinition | PermissionCatalogue | undefined
  readonly defaultPermissions?: readonly string[] | undefined
  /** As in `createKeyring`; in JSON, the pattern and the instant are texts. */
  readonly importedTokens?:
    | { readonly pattern: RegExp | string; readonly until?: Date | string | undefined }
    | undefined
  /** The limits of your API, as `auth.limit` got them: `keys limits` and `console` show what is left. Default: none. */
  readonly limits?: readonly LimitDefinition[] | undefined
  /** The workspace of commands without `--workspace`. */
  readonly workspace?: string | undefined
  /** The owner of keys made without `--owner`: `user:ada`, or `service:<id>`. */
  readonly owner?: string | undefined
  /** The environment of keys made without `--env`. */
  readonly environment?: string | undefined
  /** The management API, instead of a store. */
  readonly url?: string | undefined
  /** The file that holds the key for the management API. */
  readonly tokenFile?: string | undefined
  /** Called at the end, for what the file opened itself. */
  readonly close?: (() => void | Promise<void>) | undefined
}

/**
 * Gives a configuration file its types.
 *
 * @example
 * export default defineConfig({
 *   prefix: 'acme',
 *   store: process.env.DATABASE_URL,
 *   permissions: { prompts: ['list', 'read'] },
 *   owners: 'unbounded',
 *   workspace: 'ws_acme',
 * })
 *
 * @param config the configuration, or a function that makes it
 */
export function defineConfig<Config extends ClavigerConfig | (() => ClavigerConfig | Promise<ClavigerConfig>)>(
  config: Config,
): Config {
  return config
}
