import type { ManagementClient } from '@claviger/management/client'

/** A key as it is written down in the repository of an infrastructure. */
export interface WantedKey {
  /** Its place: there is one key in it. Kept in the key's metadata. */
  readonly slot: string
  readonly name: string
  readonly environment: string
  readonly permissions: readonly string[]
  /** Change it, to a date for example, and the key is rotated once. */
  readonly rotation: string
}

/** Where tokens go: the secret manager that the servers read. */
export interface Vault {
  store(slot: string, token: string): Promise<void>
}

/** What was done about a key. */
export type Done = 'created' | 'updated' | 'rotated'

const overlapSeconds = 86_400

/**
 * Makes what is there as it is wanted, and says what it did: run it again, and it does nothing. It never reads a token;
 * a new one goes straight into the vault.
 */
export async function reconcile(client: ManagementClient, wanted: WantedKey, vault: Vault): Promise<readonly Done[]> {
  const { slot, name, permissions, rotation, environment } = wanted
  const found = await findKey(client, slot)
  if (found === undefined) {
    const metadata = { slot, rotation }
    const body = { name, environment, permissions, metadata }
    const { key, token } = await client.createKey(body, { idempotencyKey: `create ${slot} ${rotation}` })
    await vault.store(slot, token ?? (await replaceLost(client, key.id)))
    return ['created']
  }

  const done: Done[] = []
  if (found.metadata['rotation'] !== rotation) {
    const idempotencyKey = `rotate ${found.id} ${rotation}`
    const { token } = await client.rotateKey(found.id, { overlapSeconds }, { idempotencyKey })
    await vault.store(slot, token ?? (await replaceLost(client, found.id)))
    // Last: when this program ends before, its next run comes here again.
    await client.updateKey(found.id, { metadata: { ...found.metadata, rotation } })
    done.push('rotated')
  }
  if (found.name !== name || !hasSame(found.permissions, permissions)) {
    await client.updateKey(found.id, { name, permissions })
    done.push('updated')
  }
  return done
}

async function findKey(client: ManagementClient, slot: string) {
  for await (const key of client.allKeys({ status: ['active', 'rotating'] })) {
    if (key.metadata['slot'] === slot) return key
  }
  return undefined
}

/** An earlier run got the token and ended before it was stored: no one has it, so it is replaced at once. */
async function replaceLost(client: ManagementClient, id: string): Promise<string> {
  const { token } = await client.rotateKey(id, { overlapSeconds: 0 })
  if (token === null) throw new Error(`The key ${id} was rotated by another program at the same time.`)
  return token
}

function hasSame(some: readonly string[], others: readonly string[]): boolean {
  return new Set([...some, ...others]).size === some.length && some.length === others.length
}
