import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Io } from '../edge/io.types.ts'
import { CliError } from '../exits/cli-error.ts'

/** An imported driver. */
export interface Driver {
  readonly name: string
  /** The module's exports, those of CommonJS too. */
  readonly exports: Readonly<Record<string, unknown>>
}

/** The driver of a project as its own code would import it; undefined when it is not there, or does not load. */
export async function driverOf(
  io: Pick<Io, 'importModule' | 'resolveFrom'>,
  directory: string,
  name: string,
): Promise<Driver | undefined> {
  const file = io.resolveFrom(directory, name)
  return file === undefined ? undefined : imported(io, name, file === name ? name : pathToFileURL(file).href)
}

/** The driver that is installed beside the command line. */
export async function ownDriver(io: Pick<Io, 'importModule'>, name: string): Promise<Driver | undefined> {
  return imported(io, name, name)
}

/** The driver of the project, else the command line's own. @throws {CliError} saying what to install */
export async function requireDriver(
  io: Pick<Io, 'importModule' | 'resolveFrom'>,
  directory: string,
  name: string,
): Promise<Driver> {
  const found = (await driverOf(io, directory, name)) ?? (await ownDriver(io, name))
  if (found !== undefined) return found
  throw new CliError(
    'usage',
    'driver_missing',
    `The package ${name} is needed for this store, and is not installed in ${basename(directory) || directory}.`,
    `npm install ${name}. Without a project: npx -p @claviger/cli -p ${name} claviger ...`,
  )
}

/** A function or class of a driver. @throws {CliError} when it is not there */
export function exportOf({ name, exports }: Driver, ...names: readonly string[]): unknown {
  const found = names.map((each) => exports[each]).find((value) => typeof value === 'function')
  if (found !== undefined) return found
  throw new CliError('failed', 'driver_unknown', `The package ${name} is not a known driver: it has no ${names[0]}.`)
}

async function imported(io: Pick<Io, 'importModule'>, name: string, specifier: string): Promise<Driver | undefined> {
  try {
    const found = (await io.importModule(specifier)) as Readonly<Record<string, unknown>>
    const fromCommonJs = found['default']
    return { name, exports: { ...Object(fromCommonJs), ...found } }
  } catch {
    return undefined
  }
}
