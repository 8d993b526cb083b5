import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { ValidationError } from '../../errors/errors.ts'
import { bare } from '../../input/plain-fields.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { KeyQuery, ListPage } from '../../store/query.ts'
import type { Owner } from '../../store/records.ts'
import type { KeyStatus } from '../../store/status.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { isVisible, visibleOwners } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { type Attention, attentionFilter, attentions } from '../shapes/attention.ts'
import { boundedText, oneOrMany, ownFields, parseLimit } from '../shapes/checks.ts'
import { parseEnvironments } from '../shapes/create-input.ts'
import type { ListKeysInput } from '../shapes/inputs.ts'
import { keyFromRecord, type ManagedKey } from '../shapes/key.ts'

/** What listing is made of. */
export interface ListParts {
  readonly store: Pick<BoundedStore, 'list'>
  readonly rules: Pick<KeyRules, 'grammar' | 'policy'>
  readonly clock: Clock
}

/** Lists what the actor may see. */
export async function listVisible(
  { store, rules, clock }: ListParts,
  actor: Actor,
  input: ListKeysInput,
): Promise<ListPage<ManagedKey>> {
  const query = keyQuery(input, actor, rules, clock.now())
  if (query.environments?.length === 0 || query.visibleOwners?.length === 0) return { items: [], nextCursor: null }
  const { items, nextCursor } = await store.list(query)
  // What a store lists is believed no more than what it finds.
  const records = items.filter((record) => isVisible(record, actor))
  return { items: records.map((record) => keyFromRecord(record, rules.policy, query.at)), nextCursor }
}

/** Every status, in the order they are shown. */
export const statuses: readonly KeyStatus[] = ['active', 'rotating', 'disabled', 'expired', 'revoked']
/** Every type of owner. */
export const ownerTypes: readonly Owner['type'][] = ['user', 'service']
const living: readonly KeyStatus[] = ['active', 'rotating', 'disabled']
const fields: readonly (keyof ListKeysInput)[] = [
  'status',
  'ended',
  'environment',
  'ownerId',
  'ownerType',
  'attention',
  'search',
  'cursor',
  'limit',
]

function keyQuery(given: ListKeysInput, actor: Actor, { grammar, policy }: ListParts['rules'], at: number): KeyQuery {
  const input = ownFields<ListKeysInput>('list', given, fields)
  const { environment, ownerId, ownerType, search, cursor } = input
  const attention = input.attention === undefined ? undefined : listed('attention', input.attention, attentions)
  const status = isEndedWanted(input, attention) ? input.status : (input.status ?? living)
  const environments = environment === undefined ? undefined : parseEnvironments(environment, grammar.environments)
  const reached = environmentsFor(actor, environments)
  const types = ownerType === undefined ? undefined : listed('ownerType', ownerType, ownerTypes)
  const owners = ownersFor(actor, types)
  return bare<KeyQuery>({
    workspaceId: actor.workspaceId,
    at,
    limit: parseLimit(input.limit),
    ...(status !== undefined && { statuses: listed('status', status, statuses) }),
    ...(reached !== undefined && { environments: reached }),
    ...(attention !== undefined && { attention: attention.map((type) => attentionFilter(type, policy, at)) }),
    ...(ownerId !== undefined && { ownerIds: oneOrMany('ownerId', ownerId, (id) => boundedText('ownerId', id)) }),
    ...(search !== undefined && { search: boundedText('search', search) }),
    ...(cursor !== undefined && { cursor: boundedText('cursor', cursor, 1_024) }),
    ...(owners !== undefined && { visibleOwners: owners }),
  })
}

/** Those asked for, as far as the actor reaches them; undefined for any. */
function environmentsFor({ environment: own }: Actor, asked?: readonly string[]): readonly string[] | undefined {
  if (own === undefined) return asked
  return asked === undefined || asked.includes(own) ? [own] : []
}

/** Owners of the types asked for, as far as the actor sees them; undefined for any. */
function ownersFor(actor: Actor, types?: readonly Owner['type'][]): KeyQuery['visibleOwners'] {
  const owners = visibleOwners(actor)
  if (types === undefined) return owners
  return owners?.filter(({ type }) => types.includes(type)) ?? types.map((type) => bare({ type }))
}

function isEndedWanted({ ended, status }: ListKeysInput, attention: readonly Attention[] | undefined): boolean {
  if (ended === undefined) return attention === undefined
  if (typeof ended !== 'boolean') throw new ValidationError('ended', 'Expected ended to be true or false.')
  if (status !== undefined) throw new ValidationError('ended', 'Say status or ended, not both.')
  return ended
}

/** One or several of the words there are, in their order. */
function listed<Word extends string>(field: string, value: unknown, words: readonly Word[]): readonly Word[] {
  const chosen = oneOrMany(field, value, (each) => {
    const word = words.find((known) => known === each)
    if (word !== undefined) return word
    throw new ValidationError(field, `Expected ${field} to be one or several of ${words.join(', ')}.`)
  })
  return words.filter((word) => chosen.includes(word))
}
