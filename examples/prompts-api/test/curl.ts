import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

/** A shell line from a page or a printed tour, and what the comment above it says it gives. */
export interface CurlLine {
  readonly line: string
  /** `200` or `401 key_revoked`. */
  readonly expected: string
}

/** Whether these tests can run. In CI, where no one looks at skipped tests, they run and fail. */
export const canCurl: boolean = process.env.CI !== undefined || spawnSync('curl', ['--version']).error === undefined

/** Every curl line of a text. Throws for one without a comment that says what it gives. */
export function curlLines(text: string): CurlLine[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    if (!line.startsWith('curl ')) return []
    const expected = /^# (\d{3}(?: [a-z_]+)?):/.exec(lines[index - 1] ?? '')?.[1]
    if (expected === undefined) throw new Error(`No comment says what this gives: ${line}`)
    return [{ line, expected }]
  })
}

/** The variables a text assigns, as a shell would. */
export function shellVariables(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^([A-Z_]+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]))
}

/** Runs curl lines in bash as they stand. Says of each what it gave, in the form of `expected`. */
export async function runCurl(lines: readonly CurlLine[], variables: Record<string, string> = {}): Promise<CurlLine[]> {
  const env = { ...process.env, ...variables }
  return Promise.all(
    lines.map(async ({ line }) => {
      const { stdout } = await promisify(execFile)('bash', ['-c', line], { env, timeout: 20_000 })
      return { line, expected: outcomeOf(stdout) }
    }),
  )
}

function outcomeOf(response: string): string {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(response)?.[1] ?? 'no status'
  const code = /"code":"(\w+)"/.exec(response.slice(response.indexOf('\r\n\r\n')))?.[1]
  return code === undefined ? status : `${status} ${code}`
}
