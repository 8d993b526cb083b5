import { ConfigurationError, type Keyring } from '@claviger/core'
import { keyHolderApi } from '../holder/key-holder-api.ts'
import type { HandlerOptions, MachineHandler } from './machine-handler.ts'

/** Handlers for programs that the management API serves beside its own endpoints. */
export interface ProgramOptions {
  /** `/self`. Default: `keyHolderApi` of the same keyring; give one of your own for its options. */
  readonly self?: MachineHandler | undefined
  /** `/introspect`: the result of `introspection()`. Default: there is none. */
  readonly introspection?: MachineHandler | undefined
  /** `/secret-scanning`: the result of `secretScanning()`. Default: there is none. */
  readonly secretScanning?: MachineHandler | undefined
}

/** Handlers by their paths. */
export type Programs = ReadonlyMap<string, MachineHandler>

/** Checks what was given. @throws {ConfigurationError} for something that is not a handler */
export function programsOf(
  { self, introspection, secretScanning }: ProgramOptions,
  common: HandlerOptions & { readonly keyring: Keyring },
): Programs {
  const given = {
    '/self': self ?? keyHolderApi(common),
    '/introspect': introspection,
    '/secret-scanning': secretScanning,
  }
  const programs = new Map<string, MachineHandler>()
  for (const [path, handler] of Object.entries(given)) {
    if (handler === undefined) continue
    if (typeof (Object(handler) as Partial<MachineHandler>).fetch !== 'function') {
      const name = names[path] ?? path
      throw new ConfigurationError(name, `Expected ${name} to be a handler: the result of ${makers[path] ?? path}().`)
    }
    programs.set(path, handler)
  }
  return programs
}

const names: Readonly<Record<string, string>> = {
  '/self': 'self',
  '/introspect': 'introspection',
  '/secret-scanning': 'secretScanning',
}
const makers: Readonly<Record<string, string>> = { ...names, '/self': 'keyHolderApi' }
