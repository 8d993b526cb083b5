import type { Actor, ActorRef, KeyManager, Owner } from '@claviger/core'
import type { ReportFailure } from '../web/admission.ts'
import type { NameOf } from './show-key.ts'

/** What a host is asked for the names of people: ids of one workspace, each once. */
export interface UserNamesQuestion {
  readonly workspaceId: string
  readonly ids: readonly string[]
}

/** The names of people as the host knows them, by id. Those it does not know may be left out. */
export type UserNames = (
  question: UserNamesQuestion,
) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>

/** What asking for names is made of. */
export interface NamesParts {
  readonly userNames: UserNames | undefined
  readonly report: ReportFailure
}

/**
 * Looks up the names of owners and actors: of people at the host, of service accounts in the store, as far as the actor
 * manages them. Names are a courtesy: what fails is reported, and shown as null.
 */
export async function namesOf(
  { userNames, report }: NamesParts,
  call: { readonly actor: Actor; readonly keys: KeyManager; readonly requestId: string },
  who: readonly (ActorRef | Owner)[],
): Promise<NameOf> {
  const { actor, keys, requestId } = call
  const idsOf = (type: string): readonly string[] => [
    ...new Set(who.flatMap((each) => (each.type === type ? [each.id] : []))),
  ]
  const settled = async (during: string, read: () => Promise<ReadonlyMap<string, string>>) =>
    read().catch((error: unknown) => {
      report(error, during, requestId)
      return none
    })
  const [users, services] = [idsOf('user'), idsOf('service')]
  const [people, accounts] = await Promise.all([
    userNames === undefined || users.length === 0
      ? none
      : settled('userNames', async () => textsOf(await userNames({ workspaceId: actor.workspaceId, ids: users }))),
    services.length === 0 || !keys.abilities().manageServiceAccounts
      ? none
      : settled('serviceAccounts', () => accountNames(keys, services)),
  ])
  return ({ type, id }) =>
    (type === 'user' ? people.get(id) : type === 'service' ? accounts.get(id) : undefined) ?? null
}

const none: ReadonlyMap<string, string> = new Map()

// A page of keys has as many owners and as many creators.
const mostIds = 100

async function accountNames(keys: KeyManager, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const asked = ids.slice(0, mostIds)
  const { items } = await keys.serviceAccounts.list({ ids: asked, includeDeleted: true, limit: mostIds })
  return new Map(items.map(({ id, name }) => [id, name]))
}

function textsOf(names: unknown): ReadonlyMap<string, string> {
  if (typeof names !== 'object' || names === null)
    throw new TypeError('userNames must return an object of names by id.')
  return new Map(Object.entries(names).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
