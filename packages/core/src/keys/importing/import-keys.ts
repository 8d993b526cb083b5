import { ForbiddenError, ValidationError } from '../../errors/errors.ts'
import type { ImportedTokens } from '../../imported/imported-tokens.ts'
import { type AnyClavigerError, isClavigerError } from '../../verification/any-error.ts'
import type { Owners } from '../../verify/owners.ts'
import { type LookUpOwner, ownerForNewKey } from '../changes/ownership.ts'
import { everything } from '../../restrictions/selection.ts'
import { requireAddresses, requireEnd, requireEnvironment, requireReach } from '../rules/ceiling.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { demand } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { ownFields } from '../shapes/checks.ts'
import { chunksOf } from './chunks.ts'
import type { ImportOptions, ImportReport, ImportResult } from './import.types.ts'
import { type ChunkParts, importChunk, refusal } from './import-chunk.ts'
import { checkList } from './import-list.ts'
import { importOwners } from './import-owners.ts'
import { parseEntry } from './parse-entry.ts'

/** Imports a list of keys. */
export type ImportKeys = (actor: Actor, list: unknown, options: ImportOptions) => Promise<ImportReport>

/** What importing is made of. */
export interface ImportParts extends ChunkParts {
  readonly rules: Omit<KeyRules, 'grammar'>
  readonly imported: Pick<ImportedTokens, 'read' | 'isOpen'>
  readonly lookUpOwner: LookUpOwner
  readonly owners: Pick<Owners, 'read' | 'unbounded'>
}

/** Makes the importer. Who may import what is decided as for a key that is created. */
export function createImport(parts: ImportParts): ImportKeys {
  const { rules, imported, clock } = parts

  return async (actor, list, options) => {
    demand(actor, 'create')
    const dryRun = parseDryRun(options)
    requireOpen(imported)
    const now = clock.now()
    const entryRules = { ...rules, imported, maxLifetimeMs: rules.policy.maxLifetimeMs }
    const { entries, results } = checkList(list, (given) => {
      const entry = parseEntry(given, entryRules, now)
      ownerForNewKey(actor, entry.owner)
      requireEnvironment(actor, entry.environment)
      requireEnd(actor, entry.expiresAt)
      // An imported key works from anywhere, and reaches all resources.
      requireAddresses(actor, [])
      requireReach(actor, { permissions: entry.permissions, resources: everything }, rules.permissions)
      return entry
    })
    const lookUp = importOwners(actor.workspaceId, parts.lookUpOwner, parts.owners)
    const all = [...results]
    let outage: AnyClavigerError | undefined
    for (const chunk of chunksOf(entries)) {
      // A store that failed once is not asked for all the rest.
      const done =
        outage ??
        (await importChunk(parts, actor, chunk, lookUp, dryRun).catch((error: unknown) => {
          if (isClavigerError(error)) return error
          throw error
        }))
      if (!isClavigerError(done)) all.push(...done)
      else {
        outage = done
        all.push(...chunk.map((listed) => refusal(listed, done)))
      }
    }
    return reportOf(all, dryRun)
  }
}

function parseDryRun(options: ImportOptions): boolean {
  const { dryRun = false } = ownFields<ImportOptions>('import', options, ['dryRun'])
  if (typeof dryRun !== 'boolean') throw new ValidationError('dryRun', 'Expected dryRun to be true or false.')
  return dryRun
}

/** Keys that no token could reach are not imported, and no one chooses a token where the host does not take foreign ones. */
function requireOpen(imported: Pick<ImportedTokens, 'isOpen'>): void {
  if (imported.isOpen()) return
  throw new ForbiddenError(
    'import',
    'This keyring takes no imported tokens: give createKeyring importedTokens: { pattern }, with an until that has not come.',
  )
}

function reportOf(results: readonly ImportResult[], dryRun: boolean): ImportReport {
  const count = (isCounted: (result: ImportResult) => boolean): number => results.filter(isCounted).length
  return {
    dryRun,
    imported: count(({ outcome }) => outcome === 'imported'),
    present: count(({ outcome }) => outcome === 'present'),
    notUpgraded: count((result) => result.outcome === 'present' && !result.upgraded),
    failed: count(({ ok }) => !ok),
    results: results.toSorted((a, b) => a.index - b.index),
  }
}
