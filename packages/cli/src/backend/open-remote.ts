import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { managementClient } from '@claviger/management/client'
import type { Io } from '../edge/io.types.ts'
import { readStdin } from '../edge/read-stdin.ts'
import { CliError } from '../exits/cli-error.ts'
import { parseOwnerRef } from '../settings/owner-ref.ts'
import { settingOf, type Target } from '../settings/settings.ts'
import { apiBackend } from './api-backend.ts'
import type { Backend } from './backend.types.ts'
import type { Known } from './open-direct.ts'

const timeoutMs = 30_000

/** Signs in to a management API. @throws {CliError} without a key, or when the key is of another workspace */
export async function openRemote(
  io: Io,
  { url, tokenFile }: Extract<Target, { kind: 'remote' }>,
  { flags, loaded }: Known,
): Promise<Backend> {
  const token = await readToken(io, tokenFile, loaded?.directory)
  const client = managementClient({
    baseUrl: parseApiUrl(url),
    headers: { Authorization: `Bearer ${token}`, 'User-Agent': 'claviger-cli' },
    fetch: (request) => io.fetch(new Request(request, { signal: AbortSignal.timeout(timeoutMs) })),
  })
  const { workspaceId, environments } = await client.whoami()
  const setting = (name: 'workspace' | 'owner' | 'environment'): string | undefined =>
    settingOf(name, flags, io.env, loaded?.config)
  const workspace = setting('workspace')
  if (workspace !== undefined && workspace !== workspaceId) {
    throw new CliError(
      'notAllowed',
      'wrong_workspace',
      `This sign-in is for the workspace ${workspaceId}, not for ${workspace}.`,
      'Use a key of that workspace, or leave --workspace out.',
    )
  }
  const owner = setting('owner')
  return apiBackend({
    kind: 'remote',
    place: `${url}, workspace ${workspaceId}`,
    revocationWithinMs: null,
    defaults: { owner: owner === undefined ? undefined : parseOwnerRef(owner), environment: setting('environment') },
    environments,
    client,
    complete: () => client,
    now: io.now,
    close: async () => undefined,
  })
}

function parseApiUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const isWeb = parsed?.protocol === 'https:' || parsed?.protocol === 'http:'
  if (parsed !== undefined && isWeb && parsed.username === '' && parsed.password === '') return url
  throw new CliError(
    'usage',
    'usage',
    '--url takes the URL of a management API, without a password.',
    'Write --url https://app.example.com/settings/api-keys.',
  )
}

/** The key that signs in: from a file, from standard input, or from the environment; never from an argument. */
async function readToken(io: Io, file: string | undefined, directory: string | undefined): Promise<string> {
  const text = file === undefined ? io.env['CLAVIGER_TOKEN'] : await contentOf(io, file, directory)
  const token = text?.trim() ?? ''
  if (/^[\x21-\x7e]{1,512}$/.test(token)) return token
  throw new CliError(
    'notAllowed',
    'unauthenticated',
    token === '' ? 'There is no key to sign in with.' : 'The key to sign in with holds characters that no key has.',
    'Pass --token-file <file>, or - for standard input, or set CLAVIGER_TOKEN.',
  )
}

async function contentOf(io: Io, file: string, directory: string | undefined): Promise<string> {
  if (file === '-') return readStdin(io.stdin)
  try {
    return readFileSync(resolve(directory ?? io.cwd, file), 'utf8')
  } catch {
    throw new CliError('notAllowed', 'unauthenticated', `The file ${file} cannot be read.`, 'Pass --token-file <file>.')
  }
}
