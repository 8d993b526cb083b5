/** Whose a key becomes. */
export interface OwnerInput {
  readonly type: 'user' | 'service'
  readonly id: string
}

/** Body of `POST /keys`. */
export interface CreateKeyBody {
  readonly name: string
  readonly description?: string | null | undefined
  readonly environment: string
  /** Default: who makes the call. */
  readonly owner?: OwnerInput | undefined
  /** Default: the default permissions, as far as actor and owner hold them. */
  readonly permissions?: readonly string[] | undefined
  /** The name of a preset, in place of `permissions`. */
  readonly preset?: string | undefined
  /** From where the key works. Default: anywhere. */
  readonly allowedAddresses?: readonly string[] | undefined
  /** Which resources it reaches, by declared type. Of a type that is left out: all. */
  readonly resources?: Readonly<Record<string, readonly string[]>> | undefined
  /** Null: never. */
  readonly expiresAt?: string | null | undefined
  /** In place of `expiresAt`. */
  readonly expiresInDays?: number | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Body of `PATCH /keys/{id}`. What is left out stays. */
export interface UpdateKeyBody {
  readonly name?: string | undefined
  readonly description?: string | null | undefined
  readonly permissions?: readonly string[] | undefined
  /** An empty list: anywhere. */
  readonly allowedAddresses?: readonly string[] | undefined
  /** Replaces the resources of every type; an empty object: all of every type. */
  readonly resources?: Readonly<Record<string, readonly string[]>> | undefined
  readonly expiresAt?: string | null | undefined
  readonly expiresInDays?: number | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Body of `POST /keys/{id}/rotate`. */
export interface RotateKeyBody {
  /** How long the previous secret still works. Default 86400; 0 ends every older secret now. */
  readonly overlapSeconds?: number | undefined
}

/** Body of `POST /keys/{id}/disable` and `DELETE /keys/{id}`. */
export interface ReasonBody {
  readonly reason?: string | null | undefined
}

/** Body of `POST /keys/{id}/transfer`. */
export interface TransferKeyBody {
  readonly owner: OwnerInput
}

/** Body of `POST /keys/revoke`. */
export interface RevokeKeysBody {
  readonly ids: readonly string[]
  readonly reason?: string | null | undefined
  /** Only look what would happen. Default false. */
  readonly dryRun?: boolean | undefined
}

/** Body of `POST /keys/diagnose`: a token as the client sends it, or the id of a key. */
export interface DiagnoseBody {
  readonly token?: string | undefined
  readonly keyId?: string | undefined
  readonly permission?: string | undefined
  readonly environment?: string | undefined
  /** From where the failing request came. */
  readonly address?: string | undefined
  /** The resources that the failing route is about: an id by declared type. */
  readonly resources?: Readonly<Record<string, string>> | undefined
}

/** Body of `POST /service-accounts`. */
export interface CreateServiceAccountBody {
  readonly name: string
  readonly description?: string | null | undefined
  readonly permissions: readonly string[]
}

/** Body of `PATCH /service-accounts/{id}`. What is left out stays. */
export interface UpdateServiceAccountBody {
  readonly name?: string | undefined
  readonly description?: string | null | undefined
  readonly permissions?: readonly string[] | undefined
}
