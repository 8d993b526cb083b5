import { createKeyring, definePermissions, type Keyring, type KeyringOptions } from '@claviger/core'
import type { KeyStore } from '@claviger/core'
import type { Io } from '../edge/io.types.ts'
import { CliError } from '../exits/cli-error.ts'
import type { ClavigerConfig } from '../settings/config.types.ts'
import { importedTokensOf } from '../settings/imported-tokens.ts'
import type { LoadedConfig } from '../settings/load-config.ts'
import { parseOwnerRef } from '../settings/owner-ref.ts'
import { settingOf, type Target, type TargetFlags } from '../settings/settings.ts'
import { bareOptions } from '../stores/bare-options.ts'
import { openStore } from '../stores/open-store.ts'
import type { OpenStore } from '../stores/open-store.types.ts'
import { parseStoreOptions } from '../stores/store-options.ts'
import type { Backend } from './backend.types.ts'
import { directBackend } from './direct.ts'

/** What is known before anything is opened. */
export interface Known {
  readonly flags: TargetFlags & { readonly storeOption?: readonly string[] | undefined }
  readonly loaded: LoadedConfig | undefined
}

type DirectTarget = Extract<Target, { kind: 'direct' }>

/** Opens the store of a target: by its URL, or as the configuration made it. */
export async function openTarget(
  io: Io,
  { store, from }: DirectTarget,
  { flags, loaded }: Known,
  mayCreate = false,
): Promise<OpenStore> {
  if (typeof store === 'string') {
    const directory = from === 'config' && loaded !== undefined ? loaded.directory : io.cwd
    const storeOptions = { ...loaded?.config.storeOptions, ...parseStoreOptions(flags.storeOption) }
    return openStore(io, store, { directory, storeOptions, mayCreate })
  }
  const migrate: unknown = Reflect.get(store, 'migrate')
  return {
    store,
    place: 'the store of the configuration',
    migrate: typeof migrate === 'function' ? () => migrate.call(store) as Promise<readonly string[]> : undefined,
    close: async () => undefined,
  }
}

/** Options of the keyring: those of the configuration, else what the store says of itself. */
export async function keyringOptions(store: KeyStore, config: ClavigerConfig | undefined): Promise<KeyringOptions> {
  const careful = { onError: () => undefined, storeTimeoutMs: 5_000 }
  if (config === undefined) return { ...careful, ...(await bareOptions(store)), store, owners: 'unbounded' }
  const { store: _store, storeOptions: _, workspace: _w, owner: _o, environment: _e, url: _u, ...rest } = config
  const { tokenFile: _t, close: _c, limits: _l, permissions, importedTokens, ...options } = rest
  return {
    ...careful,
    ...options,
    ...(importedTokens !== undefined && { importedTokens: importedTokensOf(importedTokens) }),
    store,
    permissions: isCatalogue(permissions) ? permissions : definePermissions(Object(permissions)),
  } as KeyringOptions
}

function isCatalogue(value: ClavigerConfig['permissions']): value is KeyringOptions['permissions'] {
  return typeof value === 'object' && typeof Reflect.get(value, 'has') === 'function'
}

/** A keyring on a store that this process has open. */
export interface OpenKeyring {
  readonly keyring: Keyring
  /** Where the keys are, in a few words. */
  readonly place: string
  /** Closes the keyring, the store, and what the configuration opened. */
  close(): Promise<void>
}

/** Opens the store, and makes a keyring on it. Reads nothing of the keys yet. */
export async function openKeyring(io: Io, target: DirectTarget, known: Known): Promise<OpenKeyring> {
  const config = known.loaded?.config
  const opened = await openTarget(io, target, known)
  let keyring: Keyring | undefined
  const close = async (): Promise<void> => {
    await keyring?.close()
    await opened.close()
    await config?.close?.()
  }
  try {
    keyring = createKeyring(await keyringOptions(opened.store, config))
    return { keyring, place: opened.place, close }
  } catch (error) {
    await close().catch(() => undefined)
    throw error
  }
}

/** The workspace that a command is about. @throws {CliError} when none is known */
export function requireWorkspace(io: Io, { flags, loaded }: Known): string {
  const workspace = settingOf('workspace', flags, io.env, loaded?.config)
  if (workspace !== undefined) return workspace
  throw new CliError(
    'usage',
    'workspace_missing',
    'No workspace was given.',
    'Pass --workspace <id>, set CLAVIGER_WORKSPACE, or set workspace in the configuration.',
  )
}

/** Opens the store, and starts a keyring on it. @throws {CliError} when no workspace is known */
export async function openDirect(io: Io, target: DirectTarget, known: Known): Promise<Backend> {
  const config = known.loaded?.config
  const workspace = requireWorkspace(io, known)
  const owner = settingOf('owner', known.flags, io.env, config)
  const { keyring, place, close } = await openKeyring(io, target, known)
  try {
    await keyring.ready()
    return directBackend({
      keyring,
      limits: config?.limits,
      workspace,
      isComplete: config !== undefined,
      place,
      defaults: {
        owner: owner === undefined ? undefined : parseOwnerRef(owner),
        environment: settingOf('environment', known.flags, io.env, config),
      },
      now: io.now,
      close,
    })
  } catch (error) {
    await close().catch(() => undefined)
    throw error
  }
}
