import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Whether the packages that this system can install have one of this name. False where there is no `apt-cache`. */
export async function hasDebianPackage(name: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('apt-cache', ['policy', name], { timeout: 10_000 })
    return hasCandidate(stdout)
  } catch {
    return false
  }
}

/** Reads what `apt-cache policy` says. Pure. */
export function hasCandidate(policy: string): boolean {
  const candidate = /^\s*Candidate: (.+)$/m.exec(policy)?.[1]
  return candidate !== undefined && candidate !== '(none)'
}
