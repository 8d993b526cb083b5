import { type Actor, keyActor } from '../../src/index.ts'
import { ada, type SetUp } from './set-up.ts'

/** A stored key of ada that manages keys, as an actor. Its owner must hold `keys:manage`. */
export async function actingKey({ create, keyring }: SetUp, can: NonNullable<Actor['can']> = {}): Promise<Actor> {
  const { token } = await create({ owner: ada, permissions: ['*:*', 'keys:manage'] })
  const verification = await keyring.verify(token)
  if (!verification.ok) throw new Error(verification.code)
  return keyActor(verification.apiKey, { can })
}
