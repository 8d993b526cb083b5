import { ValidationError } from '../../errors/errors.ts'
import { digestOf, importedKeyId } from '../../hashing/imported-hash.ts'
import type { ImportedTokens } from '../../imported/imported-tokens.ts'
import { instantMs } from '../../input/instant.ts'
import type { Owner } from '../../store/records.ts'
import { ownFields, parseGrants, parseOwner } from '../shapes/checks.ts'
import { type InputRules, parseEnvironment } from '../shapes/create-input.ts'
import { requireLifetime } from '../shapes/expiry.ts'
import type { ImportKeyInput } from './import.types.ts'
import { importedHint } from './imported-hint.ts'
import { parseDigest } from './token-digest.ts'

/** A checked entry of an import. Epoch milliseconds. */
export interface CheckedEntry {
  readonly id: string
  readonly digest: Buffer
  readonly name: string
  readonly environment: string
  readonly permissions: readonly string[]
  readonly owner: Owner
  readonly hint: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
  readonly expiresAt: number | null
  readonly metadata: Readonly<Record<string, string>>
}

const fields: readonly (keyof ImportKeyInput)[] = [
  'tokenSha256',
  'name',
  'environment',
  'permissions',
  'owner',
  'hint',
  'createdAt',
  'lastUsedAt',
  'expiresAt',
  'metadata',
]

/** What the rules for entries depend on. */
export interface EntryRules extends InputRules {
  readonly maxLifetimeMs: number
  readonly imported: Pick<ImportedTokens, 'read'>
}

/** Checks one entry at the instant `now`. Pure. @throws {ValidationError} naming the field */
export function parseEntry(
  given: unknown,
  { permissions, environments, freeText, maxLifetimeMs, imported }: EntryRules,
  now: number,
): CheckedEntry {
  const input = ownFields<ImportKeyInput>('import', given, fields)
  const digest = parseDigest(input.tokenSha256)
  const id = importedKeyId(digest)
  // Before anything is masked or cut: an export with the tokens in it should be looked at again.
  const refuseToken = (field: string, text: unknown): void => {
    if (typeof text !== 'string' || !isTokenOf(id, text, imported)) return
    throw new ValidationError(field, `${field} is the token itself. Do not keep tokens: give its first characters.`)
  }
  refuseToken('name', input.name)
  refuseToken('hint', input.hint)
  const metadata = freeText.metadata(input.metadata ?? {})
  for (const text of Object.values(metadata)) refuseToken('metadata', text)
  const createdAt = optionalInstant('createdAt', input.createdAt) ?? now
  const lastUsedAt = optionalInstant('lastUsedAt', input.lastUsedAt)
  const expiresAt = optionalInstant('expiresAt', input.expiresAt)
  requirePast('createdAt', createdAt, now)
  if (lastUsedAt !== null) {
    requirePast('lastUsedAt', lastUsedAt, now)
    if (lastUsedAt < createdAt) throw new ValidationError('lastUsedAt', 'lastUsedAt is before createdAt.')
  }
  if (expiresAt !== null && expiresAt <= createdAt) {
    throw new ValidationError('expiresAt', 'expiresAt is not after createdAt.')
  }
  requireLifetime(expiresAt, createdAt, maxLifetimeMs)
  return {
    id,
    digest,
    name: freeText.name(input.name),
    environment: parseEnvironment(input.environment, environments),
    permissions: parseGrants(input.permissions, permissions),
    owner: parseOwner(input.owner),
    hint: importedHint(input.hint, freeText.mask),
    createdAt,
    lastUsedAt,
    expiresAt,
    metadata,
  }
}

function isTokenOf(id: string, text: string, imported: Pick<ImportedTokens, 'read'>): boolean {
  const read = imported.read(text)
  return importedKeyId(digestOf(text)) === id || (typeof read === 'object' && read.id === id)
}

function optionalInstant(field: string, value: unknown): number | null {
  return value === undefined || value === null ? null : instantMs(field, value)
}

function requirePast(field: string, at: number, now: number): void {
  if (at > now) throw new ValidationError(field, `${field} is in the future.`)
}
