// Packs every published package and has publint and attw ("are the types wrong") look at the tarballs. Needs the build.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { packAll } from './pack.mjs'

// Every way of resolving is looked at: "node10" knows no `exports`, and finds subpaths through `typesVersions`.
const attwArguments = ['--profile', 'strict', '--format', 'json']

const run = promisify(execFile)
const scratch = mkdtempSync(join(tmpdir(), 'claviger-check-'))
try {
  const findings = []
  const packed = packAll(scratch)
  for (const one of packed) findings.push(...(await publintFindings(one)), ...(await attwFindings(one)))
  for (const finding of findings) process.stderr.write(`${finding}\n`)
  if (findings.length === 0) process.stdout.write(`${packed.length} packages are fit to be published\n`)
  process.exitCode = findings.length === 0 ? 0 : 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function publintFindings({ name, tarball }) {
  const content = await readFile(tarball)
  const buffer = content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  return messages.map((message) => `${name}: publint ${message.type}: ${formatMessage(message, pkg, { color: false })}`)
}

async function attwFindings({ name, tarball }) {
  const attw = fileURLToPath(new URL('dist/index.js', import.meta.resolve('@arethetypeswrong/cli/package.json')))
  // A finding makes the exit code 1; the report is still complete.
  const { stdout } = await run(process.execPath, [attw, tarball, ...attwArguments]).catch((error) => error)
  const { analysis, problems = {} } = JSON.parse(stdout)
  if (analysis?.types === false || Object.keys(analysis?.entrypoints ?? {}).length === 0) {
    return [`${name}: attw found no types`]
  }
  return Object.entries(problems)
    .flatMap(([kind, found]) => found.map((problem) => ({ kind, ...problem })))
    .map(({ kind, entrypoint = '', resolutionKind = '' }) =>
      `${name}: attw ${kind} ${entrypoint} ${resolutionKind}`.trim(),
    )
}
