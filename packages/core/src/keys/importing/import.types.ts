import type { Instant } from '../../input/instant.ts'
import type { Grant } from '../../permissions/grant.ts'
import type { Owner } from '../../store/records.ts'
import type { AnyClavigerError } from '../../verification/any-error.ts'

/** A key that was issued elsewhere, to be imported. Unknown fields are refused, not ignored. */
export interface ImportKeyInput<Permission extends string = string> {
  /** SHA-256 of the token, in hex, base64 or base64url. If its issuer hashed a part only, of that part. */
  readonly tokenSha256: string
  /** What uses the key: 1 to 128 characters, no control characters. */
  readonly name: string
  /** One of the keyring's environments. Cannot be changed later. */
  readonly environment: string
  /** Grants. The actor, and an owning service account, must hold them. */
  readonly permissions: readonly Grant<Permission>[]
  /** Whose permissions bound the key. The owner must exist. */
  readonly owner: Owner
  /** What people recognise the token by, such as its first characters. At most 12 of them are kept. */
  readonly hint?: string | null | undefined
  /** When it was issued. Default: now. */
  readonly createdAt?: Instant | null | undefined
  readonly lastUsedAt?: Instant | null | undefined
  /** Its end, which may be past: the key is then imported as an expired one. Default: never. */
  readonly expiresAt?: Instant | null | undefined
  /** As in `create`: at most 32 entries of text, and 4 096 bytes of UTF-8 as JSON in all. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Options of `import`. */
export interface ImportOptions {
  /** Only look what would happen: the same report, and nothing is stored. Default false. */
  readonly dryRun?: boolean | undefined
}

/** What became of one entry of an import; with `dryRun`, what would. `index` is its place in the list. */
export type ImportResult =
  | {
      readonly index: number
      readonly ok: true
      /** `present`: it was imported before, and stays as it is now. */
      readonly outcome: 'imported' | 'present'
      /** The id of the key. */
      readonly id: string
      /** Whether the token was used here since: its digest was then replaced by a hash of this keyring. */
      readonly upgraded: boolean
    }
  | {
      readonly index: number
      readonly ok: false
      readonly outcome: 'duplicate'
      readonly id: string
      /** The place of the entry with the same digest, which counts. */
      readonly first: number
    }
  | {
      readonly index: number
      readonly ok: false
      readonly outcome: 'refused'
      /** Why: `code` narrows it to its class. */
      readonly error: AnyClavigerError
    }

/** What became of a list of keys. */
export interface ImportReport {
  readonly dryRun: boolean
  /** How many keys are new. */
  readonly imported: number
  /** How many were imported before. */
  readonly present: number
  /** How many of those were not used since: the digest still stands in the store. */
  readonly notUpgraded: number
  /** How many entries are duplicates or refused. */
  readonly failed: number
  /** One for each entry, in the order of the list. */
  readonly results: readonly ImportResult[]
}
