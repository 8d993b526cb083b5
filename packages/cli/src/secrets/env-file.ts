import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError } from '../exits/cli-error.ts'

/** A place for a token that is not made yet. */
export interface ReservedFile {
  readonly path: string
  /** Puts the token there. */
  write(name: string, token: string): void
  /** Gives the place up: nothing was made. */
  release(): void
}

/**
 * Reserves a file for a token before it is made, so that none is made and lost. A new file is readable by its owner
 * only, and so is one that is replaced: with `force`, the variable is set and every other line stays.
 *
 * @throws {CliError} when the file is there already and `force` is false, or cannot be written
 */
export function reserveEnvFile(cwd: string, file: string, force: boolean): ReservedFile {
  const path = resolve(cwd, file)
  if (existsSync(path)) {
    if (!force) {
      throw new CliError(
        'usage',
        'file_exists',
        `${file} is there already, and is left as it is.`,
        'Pass --force to set the variable in it (other lines stay), or name another file.',
      )
    }
    return replacement(path, file)
  }
  const descriptor = opened(path, file)
  return {
    path,
    write(name, token) {
      writeSync(descriptor, `${name}=${token}\n`)
      closeSync(descriptor)
    },
    release() {
      closeSync(descriptor)
      rmSync(path, { force: true })
    },
  }
}

function replacement(path: string, file: string): ReservedFile {
  const draft = `${path}.${process.pid}.tmp`
  const descriptor = opened(draft, file)
  return {
    path,
    write(name, token) {
      writeFileSync(descriptor, withVariable(readFileSync(path, 'utf8'), name, token))
      closeSync(descriptor)
      renameSync(draft, path)
    },
    release() {
      closeSync(descriptor)
      rmSync(draft, { force: true })
    },
  }
}

/** The text of an env file with a variable set: in its old line, or in a new last one. */
export function withVariable(text: string, name: string, value: string): string {
  const line = `${name}=${value}`
  const old = new RegExp(`^(?:export\\s+)?${name}\\s*=.*$`, 'm')
  if (old.test(text)) return text.replace(old, () => line)
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`
}

function opened(path: string, file: string): number {
  try {
    // Fails when something is there, also a link.
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    const code = error instanceof Error ? String(Reflect.get(error, 'code')) : ''
    throw new CliError('usage', 'file_not_writable', `${file} cannot be written (${code}).`, 'Name another file.')
  }
}

/** `ACME_API_KEY` for tokens that begin with `acme_`. */
export function envNameFor(token: string): string {
  return `${token.slice(0, token.indexOf('_')).toUpperCase()}_API_KEY`
}

/** @throws {CliError} for what is no name of a variable */
export function parseEnvName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) return name
  throw new CliError('usage', 'usage', '--env-name takes the name of a variable.', 'Write --env-name ACME_API_KEY.')
}
