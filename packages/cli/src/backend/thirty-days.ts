import { type KeyResource, type ManagementClient, ManagementClientError } from '@claviger/management/client'

const rangeMs = 30 * 86_400_000
// More names than this are not told at once.
const mostNamed = 100

/**
 * Keys with their use in the last thirty days, which lists of the API leave out: in one question for all of them, and one
 * more for each that is not among the busiest. As they are where use is not counted, or may not be seen.
 */
export async function withCounts(
  client: Pick<ManagementClient, 'getUsage' | 'getKeyUsage'>,
  keys: readonly KeyResource[],
  now: number,
): Promise<readonly KeyResource[]> {
  const used = keys.filter(({ lastUsedAt }) => lastUsedAt !== null && Date.parse(lastUsedAt) > now - rangeMs)
  const counts = new Map(keys.map(({ id }) => [id, { requests: 0, denied: 0 }]))
  try {
    const { byKey } = await client.getUsage({ limit: mostNamed })
    const named = new Map(byKey.map((each) => [each.keyId, each]))
    for (const { id } of used) {
      const { requests, denied } = named.get(id) ?? (await client.getKeyUsage(id)).totals
      counts.set(id, { requests, denied })
    }
  } catch (error) {
    if (error instanceof ManagementClientError && error.status !== 503) return keys
    throw error
  }
  return keys.map((key) => ({
    ...key,
    requestCount30d: counts.get(key.id)?.requests ?? null,
    deniedCount30d: counts.get(key.id)?.denied ?? null,
  }))
}
