import type { Grant } from '../../permissions/grant.ts'
import type { ListPage } from '../../store/query.ts'
import type { ChangeOptions } from '../shapes/inputs.ts'
import type { ServiceAccount } from '../shapes/service-account.ts'

/** What `serviceAccounts.create` takes. A field not listed here is refused, not ignored. */
export interface CreateServiceAccountInput<Permission extends string = string> {
  /** 1 to 128 characters, no control characters. Say what it is for. */
  readonly name: string
  /** At most 2 000 characters. */
  readonly description?: string | null | undefined
  /** The ceiling of its keys. The actor must hold all of it. */
  readonly permissions: readonly Grant<Permission>[]
}

/** What `serviceAccounts.update` takes. What is left out stays. */
export interface UpdateServiceAccountInput<Permission extends string = string> {
  readonly name?: string | undefined
  readonly description?: string | null | undefined
  /** Replaces the ceiling. What the account did not hold before, the actor must hold. */
  readonly permissions?: readonly Grant<Permission>[] | undefined
}

/** What `serviceAccounts.list` takes. */
export interface ListServiceAccountsInput {
  /** Only these, at most 100: to show the names of owners. Default: any. */
  readonly ids?: readonly string[] | undefined
  /** Default false. */
  readonly includeDeleted?: boolean | undefined
  readonly cursor?: string | undefined
  /** 1 to 100. Default 25. */
  readonly limit?: number | undefined
}

/**
 * The service accounts of one workspace. Every call needs an actor with `can: { manageServiceAccounts: true }`, and
 * throws `ForbiddenError` without, `NotSupportedError` when the store keeps no accounts, `UnavailableError` when it
 * does not answer in time.
 */
export interface ServiceAccountManager<Permission extends string = string> {
  /**
   * Makes a service account.
   *
   * @example
   * const bot = await keys.serviceAccounts.create({ name: 'ci-bot', permissions: ['prompts:read'] })
   * await keys.create({ name: 'CI', environment: 'ci', owner: { type: 'service', id: bot.id } })
   *
   * @throws {ValidationError} naming the field
   * @throws {PermissionCeilingError} when the actor does not hold what it wants to grant
   */
  create(input: CreateServiceAccountInput<Permission>): Promise<ServiceAccount>
  /**
   * Reads one account, also a deleted one.
   *
   * @example
   * const { name, permissions } = await keys.serviceAccounts.get(account.id)
   *
   * @throws {ServiceAccountNotFoundError} when the workspace has none of this id
   */
  get(id: string): Promise<ServiceAccount>
  /**
   * Lists the accounts of the workspace, newest first.
   *
   * @example
   * const { items, nextCursor } = await keys.serviceAccounts.list({ limit: 50 })
   */
  list(input?: ListServiceAccountsInput): Promise<ListPage<ServiceAccount>>
  /**
   * Changes an account. Fewer permissions bound its keys within the times of a revocation.
   *
   * @example
   * await keys.serviceAccounts.update(account.id, { permissions: ['prompts:read'] })
   *
   * @throws {ServiceAccountNotFoundError} when there is none, or it was deleted
   * @throws {PermissionCeilingError} when the actor does not hold what is added
   * @throws {ConflictError} when the revision is another by now
   * @throws {RevocationNotDurableError} when the store did not confirm fewer permissions: they count here, and are carried on
   */
  update(id: string, input: UpdateServiceAccountInput<Permission>, options?: ChangeOptions): Promise<ServiceAccount>
  /**
   * Deletes an account and revokes its keys. The keys are refused as soon as this resolves. When the store does not
   * confirm all of it, they are refused in this process and it is carried on; call it again to be sure. Deleting again changes
   * nothing.
   *
   * @example
   * await keys.serviceAccounts.delete(account.id)
   *
   * @throws {ServiceAccountNotFoundError} when the workspace has none of this id
   * @throws {RevocationNotDurableError} when the store did not confirm
   */
  delete(id: string): Promise<ServiceAccount>
}
