import { type Keyring, systemActor } from '@claviger/core'
import type { Permission } from './keyring.ts'

/** The keys the tour goes on, each as its token. */
export interface Tokens {
  readonly development: string
  readonly production: string
  readonly listOnly: string
  readonly ofGrace: string
  readonly revoked: string
  readonly globex: string
}

/** The keys of the tour: those of an earlier start where they still do what the tour says, else new ones. */
export async function tourKeys(keyring: Keyring<Permission>, earlier: Partial<Tokens> = {}): Promise<Tokens> {
  const kept = await Promise.all(
    names.map(async (name): Promise<[keyof Tokens, string]> => {
      const token = earlier[name]
      const isGood =
        token !== undefined && (await outcomeOf(keyring, token)) === (name === 'revoked' ? 'key_revoked' : 'ok')
      return [name, isGood ? token : await makers[name](keyring)]
    }),
  )
  return Object.fromEntries(kept) as Record<keyof Tokens, string>
}

async function outcomeOf(keyring: Keyring<Permission>, token: string): Promise<string> {
  const verification = await keyring.verify(token)
  return verification.ok ? 'ok' : verification.code
}

const ada = { type: 'user', id: 'ada' } as const
const grace = { type: 'user', id: 'grace' } as const

const makers: Readonly<Record<keyof Tokens, (keyring: Keyring<Permission>) => Promise<string>>> = {
  development: (keyring) => made(keyring, { name: 'Local development', environment: 'development', owner: ada }),
  production: (keyring) => made(keyring, { name: 'Website', environment: 'production', owner: ada }),
  listOnly: (keyring) =>
    made(keyring, { name: 'Dashboard', environment: 'production', owner: ada, permissions: ['prompts:list'] }),
  ofGrace: (keyring) => made(keyring, { name: "Grace's script", environment: 'development', owner: grace }),
  revoked: async (keyring) => {
    const { key, token } = await keysOf(keyring, 'acme').create({
      name: 'Lost laptop',
      environment: 'development',
      owner: ada,
    })
    await keysOf(keyring, 'acme').revoke(key.id, { reason: 'The laptop was left on a train.' })
    return token
  },
  globex: (keyring) => made(keyring, { name: 'Website', environment: 'production', owner: grace }, 'globex'),
}
const names = Object.keys(makers) as (keyof Tokens)[]

/** Whether a name is one of a key of the tour. */
export function isTokenName(name: string): name is keyof Tokens {
  return Object.hasOwn(makers, name)
}

type Keys = ReturnType<Keyring<Permission>['as']>

async function made(
  keyring: Keyring<Permission>,
  input: Parameters<Keys['create']>[0],
  workspaceId = 'acme',
): Promise<string> {
  return (await keysOf(keyring, workspaceId).create(input)).token
}

/** In an application the actor comes from the session of the signed-in user; scripts may do everything in a workspace. */
function keysOf(keyring: Keyring<Permission>, workspaceId: string): Keys {
  return keyring.as(systemActor(workspaceId))
}
