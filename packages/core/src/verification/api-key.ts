import type { PermissionCatalogue } from '../permissions/catalogue.ts'
import { type GrantSet, grantSet } from '../permissions/match.ts'
import {
  everything,
  idsOf,
  isEverything,
  isSameSelection,
  meet,
  reaches,
  type Selection,
  selected,
  undeclaredTypes,
} from '../restrictions/selection.ts'
import type { KeyRecord, Owner, SecretRecord } from '../store/records.ts'
import { createShared, maxSharedName } from './interned.ts'
import { lacks } from './lacking.ts'
import type { ApiKey, Refused, Requirement } from './verification.ts'

/** Makes what handlers see of a key, and answers what it is good for. */
export interface ApiKeys {
  /** Frozen to the bottom: it is shared between requests. */
  make(record: KeyRecord, secret: SecretRecord, owner: GrantSet, ownerResources: Selection): ApiKey
  /** The types of resources that a key is limited by and this keyring does not declare. */
  undeclared(record: Pick<KeyRecord, 'resources'>): readonly string[]
  /** Whether this very object was made here: a copy stands for nothing. */
  isOurs(apiKey: unknown): apiKey is ApiKey
  /** Whether two keys made here say the same of the same key, so that one may stand for both. */
  areSame(a: ApiKey, b: ApiKey): boolean
  /** How much memory a key made here takes, at most. Bytes; the token's entry and the verification are in it. */
  bytesOf(apiKey: ApiKey): number
  /** Undefined when the key is good for this. Workspace first: another tenant's route tells nothing else. */
  refusal(apiKey: ApiKey, requirement: Requirement): Refused | undefined
  /** Undefined when the key belongs to this workspace. */
  workspaceRefusal(apiKey: ApiKey, workspaceId: string): Refused | undefined
  /** Undefined when the key reaches this resource. */
  resourceRefusal(apiKey: ApiKey, type: string, id: string): Refused | undefined
}

// Thousands of keys hold a few different lists of permissions, few workspaces, and an owner has more than one key.
const maxSharedLists = 1_000
const maxSharedOwners = 1_000
const maxSharedTexts = 1_000
const noMetadata: ApiKey['metadata'] = Object.freeze({})

/**
 * Binds to the declared permissions and types of resources: effective permissions are the declared names that key and
 * owner both hold.
 */
export function createApiKeys(catalogue: PermissionCatalogue, resourceTypes: readonly string[]): ApiKeys {
  // What the key itself was granted; kept aside so that no handler sees or forges it.
  const grantedBy = new WeakMap<ApiKey, readonly string[]>()
  const sharedList = createShared<readonly string[]>(maxSharedLists)
  const sharedOwner = createShared<Owner>(maxSharedOwners)
  const sharedText = createShared<string>(maxSharedTexts)
  const sharedSelection = createShared<Selection>(maxSharedLists)

  // The copy is as long as the list: what `filter` gives has room for seventeen.
  const listOf = (names: readonly string[]): readonly string[] =>
    sharedList(JSON.stringify(names), () => Object.freeze([...names]))

  const ownerOf = ({ owner: { type, id } }: KeyRecord): Owner =>
    sharedOwner(`${type} ${id}`, () => Object.freeze({ type, id }))

  const textOf = (text: string): string => sharedText(text, () => text)

  const resourcesOf = (record: KeyRecord, ownerResources: Selection): Selection => {
    const both = meet(record.resources, ownerResources)
    if (isEverything(both)) return everything
    const make = (): Selection => selected(Object.keys(both), (type) => idsOf(both, type) ?? [])
    return sharedSelection(JSON.stringify(both), make)
  }

  const resourceRefusal = (apiKey: ApiKey, type: string, id: string): Refused | undefined =>
    reaches(apiKey.resources as Selection, type, id)
      ? undefined
      : lacks({ ok: false, code: 'resource_not_allowed', keyId: apiKey.id }, type)

  const permissionRefusal = (apiKey: ApiKey, required: readonly string[], any: boolean): Refused | undefined => {
    const granted = grantedBy.get(apiKey)
    const has = (permission: string): boolean => granted !== undefined && apiKey.permissions.includes(permission)
    if (any ? required.some(has) : required.every(has)) return undefined
    const missing = required.filter((permission) => !has(permission))
    const key = grantSet(granted)
    const keyHas = (permission: string): boolean => key.has(permission)
    const ownerIsShort = any ? missing.some(keyHas) : missing.every(keyHas)
    const refused: Refused = {
      ok: false,
      code: ownerIsShort ? 'owner_lacks_permission' : 'insufficient_permission',
      keyId: apiKey.id,
      requiredPermissions: required,
    }
    // One name: with it the next request comes further, and counts of several names add up to those of the code.
    return lacks(
      refused,
      missing.find((permission) => keyHas(permission) === ownerIsShort),
    )
  }

  const resourcesRefusal = (apiKey: ApiKey, asked: NonNullable<Requirement['resources']>): Refused | undefined => {
    for (const [type, id] of Object.entries(asked)) {
      const refused = id === undefined ? undefined : resourceRefusal(apiKey, type, id)
      if (refused !== undefined) return refused
    }
    return undefined
  }

  const workspaceRefusal = (apiKey: ApiKey, workspaceId: string): Refused | undefined =>
    workspaceId === apiKey.workspaceId ? undefined : { ok: false, code: 'wrong_workspace', keyId: apiKey.id }

  return {
    make(record, secret, owner, ownerResources) {
      const key = grantSet(record.permissions)
      const permissions = catalogue.names.filter((name) => key.has(name) && owner.has(name))
      const undated: Undated = {
        id: record.id,
        workspaceId: textOf(record.workspaceId),
        name: record.name,
        environment: textOf(record.environment),
        permissions: listOf(permissions),
        owner: ownerOf(record),
        secretVersion: secret.version,
        resources: resourcesOf(record, ownerResources),
        metadata: metadataOf(record),
      }
      const apiKey =
        record.expiresAt === null && secret.endsAt === null
          ? withoutEnds(undated)
          : withEnds(undated, { expiresAt: record.expiresAt, secretEndsAt: secret.endsAt })
      grantedBy.set(apiKey, listOf(record.permissions))
      return Object.freeze(apiKey)
    },

    undeclared: ({ resources }) => undeclaredTypes(resources, resourceTypes),

    isOurs: (apiKey): apiKey is ApiKey => grantedBy.has(apiKey as ApiKey),

    workspaceRefusal,

    resourceRefusal,

    areSame: (a, b) => isSameList(grantedBy.get(a), grantedBy.get(b)) && saysTheSame(a, b),

    bytesOf(apiKey) {
      const notes = Object.entries(apiKey.metadata)
      return (
        plainBytes +
        (apiKey.expiresAt === null && apiKey.secretEndsAt === null ? 0 : endBytes) +
        textBytes(apiKey.name) +
        // Shared as long as there are few, but counted.
        textBytes(apiKey.workspaceId) +
        textBytes(apiKey.owner.id) +
        notes.reduce((sum, [name, note]) => sum + noteBytes + textBytes(name) + textBytes(note), 0) +
        listBytes(apiKey.permissions, () => 0) +
        selectionBytes(apiKey.resources as Selection) +
        listBytes(grantedBy.get(apiKey) ?? [], (grant) => grant.length + stringBytes)
      )
    },

    refusal(apiKey, { workspaceId, environments, permissions, anyPermission, resources }) {
      const foreign = workspaceId === undefined ? undefined : workspaceRefusal(apiKey, workspaceId)
      if (foreign !== undefined) return foreign
      if (environments !== undefined && !environments.includes(apiKey.environment)) {
        return { ok: false, code: 'wrong_environment', keyId: apiKey.id }
      }
      return (
        (permissions && permissionRefusal(apiKey, permissions, false)) ??
        (anyPermission && permissionRefusal(apiKey, anyPermission, true)) ??
        (resources && resourcesRefusal(apiKey, resources))
      )
    },
  }
}

// Measured: an entry of a key with a short name and without an end, all in. A test measures heaps full of entries
// against these.
const plainBytes = 576
// An expiry, or the end of an overlap: the instants in the key, the verification and the entry.
const endBytes = 224
const stringBytes = 32
// A field of a frozen object: its place there, and what its name and text are kept in.
const noteBytes = 96

/** A text with one character beyond Latin-1 takes two bytes for each. */
function textBytes(text: string): number {
  return 2 * text.length
}

/** Nothing where the list is shared; the names of effective permissions are the catalogue's own. */
function listBytes(names: readonly string[], nameBytes: (name: string) => number): number {
  const named = names.reduce((sum, name) => sum + name.length + 3, 1)
  return named <= maxSharedName ? 0 : names.reduce((sum, name) => sum + 8 + nameBytes(name), stringBytes)
}

/** Shared as long as it is short; counted in full where it is there. */
function selectionBytes(selection: Selection): number {
  if (selection === everything) return 0
  const lists = Object.entries(selection)
  return lists.reduce(
    (sum, [type, ids]) =>
      sum + noteBytes + textBytes(type) + ids.reduce((all, id) => all + 8 + stringBytes + textBytes(id), stringBytes),
    noteBytes,
  )
}

function isSameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a?.length === b?.length && a?.every((name, index) => name === b?.[index]) === true)
}

function saysTheSame(a: ApiKey, b: ApiKey): boolean {
  return (
    a.id === b.id &&
    a.secretVersion === b.secretVersion &&
    a.name === b.name &&
    a.workspaceId === b.workspaceId &&
    a.environment === b.environment &&
    a.owner.type === b.owner.type &&
    a.owner.id === b.owner.id &&
    isSameList(a.permissions, b.permissions) &&
    (a.resources === b.resources || isSameSelection(a.resources as Selection, b.resources as Selection)) &&
    isSameList(Object.entries(a.metadata).flat(), Object.entries(b.metadata).flat()) &&
    shownDates.every((name) => a[name]?.getTime() === b[name]?.getTime())
  )
}

// Entry by entry: frozen copies by spread have a hidden class each, which weighs more than they do.
function metadataOf({ metadata }: KeyRecord): ApiKey['metadata'] {
  const entries = Object.entries(metadata)
  return entries.length === 0 ? noMetadata : Object.freeze(Object.fromEntries(entries))
}

const shownDates = ['expiresAt', 'secretEndsAt'] as const
type ShownDate = (typeof shownDates)[number]

// A Date can be changed even when frozen: each reader gets its own. The number is stored under a symbol, and all keys
// share the getters. Keys are then alike, which takes a third of the memory of objects with a getter each; for that,
// the property must be new to the object.
const dateGetters: Readonly<Record<ShownDate, DateGetter>> = {
  expiresAt: dateGetter(),
  secretEndsAt: dateGetter(),
}

interface DateGetter {
  readonly place: symbol
  readonly get: (this: Readonly<Record<symbol, number>>) => Date
}

function dateGetter(): DateGetter {
  const place = Symbol('instant')
  return {
    place,
    get() {
      return new Date(this[place] ?? Number.NaN)
    },
  }
}

type Undated = Omit<ApiKey, ShownDate>

/** In one literal: fields that are added later are kept in an object of their own, 36 bytes for the two. */
function withoutEnds({
  id,
  workspaceId,
  name,
  environment,
  permissions,
  owner,
  secretVersion,
  resources,
  metadata,
}: Undated): ApiKey {
  return {
    id,
    workspaceId,
    name,
    environment,
    permissions,
    owner,
    secretVersion,
    resources,
    metadata,
    expiresAt: null,
    secretEndsAt: null,
  }
}

function withEnds(undated: Undated, ends: Readonly<Record<ShownDate, number | null>>): ApiKey {
  for (const name of shownDates) showDate(undated, name, ends[name])
  return undated as ApiKey
}

function showDate(undated: Undated, name: ShownDate, at: number | null): void {
  if (at === null) {
    Object.defineProperty(undated, name, { value: null, enumerable: true })
    return
  }
  const { place, get } = dateGetters[name]
  Object.defineProperty(undated, place, { value: at })
  Object.defineProperty(undated, name, { get, enumerable: true })
}
