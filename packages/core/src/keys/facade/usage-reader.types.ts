import type {
  KeyCaller,
  KeyUsage,
  UsageInput,
  WorkspaceUsage,
  WorkspaceUsageInput,
} from '../../usage/reading/usage.types.ts'

/** The part of `KeyManager` that reads how keys were used. */
export interface UsageReader {
  /**
   * Reads how a key was used: every request whose secret was right, by UTC day or hour. Default: the last 30 days, by
   * day; with `bucket: 'hour'` the last 24 hours.
   *
   * @example
   * const { totals, series, previousSecretShare } = await keys.usage(key.id, { bucket: 'hour' })
   * console.log(`${totals.requests} requests, ${(totals.errorRate * 100).toFixed(1)} % answered 5xx.`)
   *
   * @throws {KeyNotFoundError} when it is not in the actor's workspace or not visible to the actor
   * @throws {ValidationError} naming the field
   * @throws {NotSupportedError} when the store counts nothing
   */
  usage(id: string, input?: UsageInput): Promise<KeyUsage>
  /**
   * Reads who used a key: from which networks, with which programs, and with which of its secrets, the latest first, at
   * most 50. Needs `createKeyring({ usage: { callers: true } })`; without it, nothing is kept.
   *
   * @example
   * const [current] = (await keys.get(key.id)).secrets
   * const behind = (await keys.callers(key.id)).filter(({ version }) => version !== current?.version)
   * for (const { network, agent, lastUsedAt } of behind) console.log(network, agent, lastUsedAt.toISOString())
   *
   * @throws {KeyNotFoundError} when it is not in the actor's workspace or not visible to the actor
   * @throws {NotSupportedError} when the store keeps no callers
   */
  callers(id: string): Promise<readonly KeyCaller[]>
  /**
   * Reads how all keys of the workspace were used, and which were used most. Needs `can: { listAll: true }`.
   *
   * @example
   * const range = { from: new Date('2030-01-01'), to: new Date('2030-02-01') }
   * const { activeKeys, byKey } = await keys.workspaceUsage(range)
   *
   * @throws {ForbiddenError} when the actor does not see every key
   * @throws {ValidationError} naming the field
   * @throws {NotSupportedError} when the store counts nothing
   */
  workspaceUsage(input?: WorkspaceUsageInput): Promise<WorkspaceUsage>
}
