import type { OwnerInput } from './inputs.ts'

/** A key that was issued elsewhere, in the body of `POST /keys/import`. */
export interface ImportKeyBody {
  /** SHA-256 of the token, in hex, base64 or base64url. */
  readonly tokenSha256: string
  readonly name: string
  readonly environment: string
  readonly permissions: readonly string[]
  readonly owner: OwnerInput
  /** What people recognise the token by, such as its first characters. At most 12 of them are kept. */
  readonly hint?: string | null | undefined
  /** When it was issued. Default: now. */
  readonly createdAt?: string | null | undefined
  readonly lastUsedAt?: string | null | undefined
  /** Null: never. */
  readonly expiresAt?: string | null | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Body of `POST /keys/import`. */
export interface ImportKeysBody {
  /** At most 100. */
  readonly keys: readonly ImportKeyBody[]
  /** Only look what would happen. Default false. */
  readonly dryRun?: boolean | undefined
}

/** What became of one entry of an import; with `dryRun`, what would. */
export interface ImportedKeyResource {
  /** The place of the entry in `keys`, from 0. */
  readonly index: number
  readonly ok: boolean
  /** `present`: it was imported before. `duplicate`: an entry before it has the same digest. */
  readonly outcome: 'imported' | 'present' | 'duplicate' | 'refused'
  /** Null where it was refused. */
  readonly keyId: string | null
  /** Whether its token was used since it was imported; null where the entry failed. */
  readonly upgraded: boolean | null
  /** Of a duplicate, the place of the entry that counts; null otherwise. */
  readonly first: number | null
  /** The code of the problem; null where it succeeded. */
  readonly code: string | null
  /** The field that is wrong; null where no single one is. */
  readonly field: string | null
  /** What is wrong, in a sentence; null where nothing is. */
  readonly detail: string | null
}

/** What became of the keys of an import, in their order. */
export interface ImportResource {
  readonly dryRun: boolean
  /** How many are new. */
  readonly imported: number
  /** How many were imported before. */
  readonly present: number
  /** How many of those were not used since. */
  readonly notUpgraded: number
  /** How many are duplicates or refused. */
  readonly failed: number
  readonly data: readonly ImportedKeyResource[]
}
