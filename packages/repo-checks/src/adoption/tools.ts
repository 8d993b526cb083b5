import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe } from 'vitest'

const run = promisify(execFile)
const cache = join(tmpdir(), `claviger-adoption-tools-${process.getuid?.() ?? 0}`)

/** Packages of others at versions that the repository itself does not use, installed in a folder of their own. */
export interface Tools {
  /** `describe`, but its tests are reported as skipped when the registry could not be reached. */
  readonly describe: typeof describe | typeof describe.skip
  /** The folder that holds their `node_modules`. Call it in hooks and tests. */
  folder(): string
}

/**
 * Installs packages from the registry into a temporary folder, where later runs find them again. Without the network
 * the tests that need them are skipped, and a line on standard error tells why; in CI (`CI=true`) that is an error.
 *
 * @param packages exact versions by name; `jest29: 'npm:jest@29.7.0'` installs one version beside another
 */
export async function toolsOrSkip(packages: Readonly<Record<string, string>>): Promise<Tools> {
  const names = Object.entries(packages).map((pair) => pair.join('@'))
  try {
    const folder = await installed(packages)
    return { describe, folder: () => folder }
  } catch (error) {
    const reason = `${names.join(', ')} could not be installed`
    if (process.env['CI'] === 'true') throw new Error(`${reason}, and nothing may be skipped in CI`, { cause: error })
    process.stderr.write(`Skipped: ${reason}\n`)
    return {
      describe: describe.skip,
      folder() {
        throw new Error(reason)
      },
    }
  }
}

async function installed(packages: Readonly<Record<string, string>>): Promise<string> {
  const name = createHash('sha256').update(JSON.stringify(packages)).digest('hex').slice(0, 16)
  const place = join(cache, name)
  if (existsSync(place)) return place
  mkdirSync(cache, { recursive: true })
  // Complete before it has its name: another run may be looking for it.
  const draft = mkdtempSync(join(cache, 'draft-'))
  try {
    writeFileSync(join(draft, 'package.json'), JSON.stringify({ private: true, dependencies: packages }))
    const args = [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      '--prefer-offline',
      '--fetch-retries=1',
    ]
    await run('npm', args, { cwd: draft, timeout: 120_000 })
    renameSync(draft, place)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(place)) throw error
  }
  return place
}
