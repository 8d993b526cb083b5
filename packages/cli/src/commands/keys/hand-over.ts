import type { KeyJson } from '../../backend/shapes.ts'
import { withoutSecrets } from '../../secrets/looks-like-token.ts'
import { envNameFor, parseEnvName, type ReservedFile, reserveEnvFile } from '../../secrets/env-file.ts'
import { gitWouldCommit } from '../../secrets/git-ignored.ts'
import { CliError } from '../../exits/cli-error.ts'
import type { Context, Outcome } from '../context.types.ts'

/** Where a new token goes. */
export interface HandOverFlags {
  readonly writeEnv?: string
  readonly envName?: string
  readonly force?: boolean
}

/**
 * Makes a token, and hands it over: alone on standard output, or into a file. The file is opened first, so that no token
 * is made that then has no place.
 */
export async function handOver(
  { io, warn }: Pick<Context, 'io' | 'warn'>,
  { writeEnv, envName, force = false }: HandOverFlags,
  make: () => Promise<{ readonly key: KeyJson; readonly token: string }>,
  told: (key: KeyJson) => readonly string[],
): Promise<Outcome> {
  if (writeEnv === undefined && (envName !== undefined || force)) {
    throw new CliError('usage', 'usage', '--env-name and --force belong to --write-env.', 'Add --write-env .env.local.')
  }
  const name = envName === undefined ? undefined : parseEnvName(envName)
  const file = writeEnv === undefined ? undefined : reserveEnvFile(io.cwd, writeEnv, force)
  const { key, token } = await make().catch((error: unknown) => {
    file?.release()
    throw error
  })
  const variable = name ?? envNameFor(token)
  const isWritten = file !== undefined && written(file, variable, token, warn)
  if (isWritten && gitWouldCommit(file.path)) {
    warn(`${writeEnv} is not ignored by git. Add it to .gitignore before you commit.`)
  }
  const shown = isWritten ? null : token
  return {
    json: { key, token: shown, tokenShownOnce: true, ...(isWritten && { writtenTo: writeEnv, variable }) },
    human: () => shown ?? '',
    notes: ({ symbols, colors }) => [
      ...told(key).map((line, index) => (index === 0 ? `${colors.green(symbols.ok)} ${line}` : `  ${line}`)),
      isWritten
        ? `  The key is in ${writeEnv} as ${variable}, and is not shown anywhere else.`
        : '  This is the only time the key is shown.',
    ],
  }
}

function written(file: ReservedFile, variable: string, token: string, warn: (text: string) => void): boolean {
  try {
    file.write(variable, token)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    warn(`The key could not be written to the file, and is shown instead: ${withoutSecrets(message)}`)
    return false
  }
}
