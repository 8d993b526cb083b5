import type { ServiceAccount } from '@claviger/core'
import fc from 'fast-check'
import { expect } from 'vitest'
import { anybody, type Who } from '../actors.ts'
import { grants, name } from '../arbitraries.ts'
import { inOrder } from '../grants.ts'
import { accountTimeline, change, findAccount, type ModelAccount, type ModelKey } from '../model.ts'
import { accountRefusal } from '../rules.ts'
import { accountShown, modelAccountShown } from '../shown.ts'
import { attempt, type Call, callStep, note, type Step } from '../step.ts'
import { latest } from '../timeline.ts'
import { end } from './revoke.ts'

type CreateAccount = Who & { readonly name: string; readonly permissions: readonly string[] }
type UpdateAccount = Who & { readonly pick: number; readonly permissions: readonly string[] }
type NamedAccount = Who & { readonly pick: number }

/** Someone makes a service account. */
export const createAccount: fc.Arbitrary<Step> = fc
  .record({ who: anybody, name, permissions: grants })
  .map(({ who, ...what }) => creatingAccount({ ...who, ...what }))

export function creatingAccount(what: CreateAccount): Step {
  return callStep('createAccount', what, runCreate)
}

/** Someone changes what a service account holds. */
export const updateAccount: fc.Arbitrary<Step> = fc
  .record({ who: anybody, pick: fc.nat(5), permissions: grants })
  .map(({ who, ...what }) => callStep('updateAccount', { ...who, ...what }, runUpdate))

/** Someone deletes a service account, and its keys end. */
export const deleteAccount: fc.Arbitrary<Step> = fc
  .record({ who: anybody, pick: fc.nat(5) })
  .map(({ who, ...what }) => callStep('deleteAccount', { ...who, ...what }, runDelete))

/** Someone looks at the service accounts. */
export const readAccounts: fc.Arbitrary<Step> = fc
  .record({ who: anybody, pick: fc.nat(5) })
  .map(({ who, ...what }) => callStep('readAccounts', { ...who, ...what }, runRead))

async function runCreate(call: Call, { name, permissions }: CreateAccount): Promise<void> {
  const { model, actor, asked, keys, process } = call
  // Judged before the store is asked for anything: no key makes accounts, whatever became of it.
  const refusal = accountRefusal(asked, undefined, { permissions, isMade: true })
  const made = await attempt('createAccount', refusal, () => keys.serviceAccounts.create({ name, permissions }))
  if (made === undefined) return
  const account: ModelAccount = {
    id: made.id,
    workspace: actor.workspaceId,
    revision: 1,
    name,
    permissions: inOrder(permissions),
    createdAt: model.now,
    updatedAt: model.now,
    deletedAt: null,
  }
  model.accounts.push([])
  change(model, model.accounts.at(-1) ?? [], account, process)
  note(model, actor, 'serviceAccount.created', made.id)
  expectAccount(call, made)
}

async function runUpdate(call: Call, { pick, permissions }: UpdateAccount): Promise<void> {
  const { actor, keys } = call
  const { id, account } = pickAccount(call, pick)
  const refusal = accountRefusal(actor, account, { permissions })
  const updated = await attempt('updateAccount', refusal, () => keys.serviceAccounts.update(id, { permissions }))
  if (updated === undefined || account === undefined) return
  const wanted = inOrder(permissions)
  if (wanted.join() !== account.permissions.join()) {
    changeAccount(call, account, { permissions: wanted }, 'serviceAccount.updated')
  }
  expectAccount(call, updated)
}

async function runDelete(call: Call, { pick }: NamedAccount): Promise<void> {
  const { model, actor, keys } = call
  const { id, account } = pickAccount(call, pick)
  const refusal = accountRefusal(actor, account, { mayBeDeleted: true })
  const deleted = await attempt('deleteAccount', refusal, () => keys.serviceAccounts.delete(id))
  if (deleted === undefined || account === undefined) return
  if (account.deletedAt === null) {
    changeAccount(call, account, { deletedAt: model.now }, 'serviceAccount.deleted')
  }
  const isOfAccount = ({ workspace, owner }: ModelKey): boolean =>
    workspace === account.workspace && owner.type === 'service' && owner.id === account.id
  for (const key of model.keys.map(latest).filter(isOfAccount)) {
    if (key.revokedAt === null) end(call, key, 'The service account was deleted.')
  }
  expectAccount(call, deleted)
}

async function runRead(call: Call, { pick }: NamedAccount): Promise<void> {
  const { model, actor, keys } = call
  const { id, account } = pickAccount(call, pick)
  const refusal = accountRefusal(actor, account, { mayBeDeleted: true })
  const read = await attempt('readAccounts', refusal, () => keys.serviceAccounts.get(id))
  if (read === undefined) return
  expectAccount(call, read)
  const { items } = await keys.serviceAccounts.list({ limit: 100 })
  const living = model.accounts
    .map(latest)
    .filter(({ workspace, deletedAt }) => workspace === actor.workspaceId && deletedAt === null)
  const inAnyOrder = (accounts: readonly object[]): readonly string[] =>
    accounts.map((each) => JSON.stringify(each)).sort()
  expect(inAnyOrder(items.map(({ id, permissions }) => ({ id, permissions })))).toEqual(
    inAnyOrder(living.map(({ id, permissions }) => ({ id, permissions }))),
  )
}

/** One of all accounts, those of the other workspace included: for this actor there are only its own. */
function pickAccount({ model, actor }: Call, pick: number): { id: string; account: ModelAccount | undefined } {
  const timeline = model.accounts[pick % Math.max(1, model.accounts.length)]
  const id = timeline === undefined ? 'nobody' : latest(timeline).id
  return { id, account: findAccount(model, actor.workspaceId, id) }
}

function changeAccount(call: Call, before: ModelAccount, patch: Partial<ModelAccount>, action: string): void {
  const { model, actor, process } = call
  const timeline = accountTimeline(model, before.workspace, before.id)
  const after = { ...before, ...patch, revision: before.revision + 1, updatedAt: model.now }
  if (timeline !== undefined) change(model, timeline, after, process)
  note(model, actor, action, before.id)
}

function expectAccount({ model, actor }: Call, account: ServiceAccount): void {
  const expected = findAccount(model, actor.workspaceId, account.id)
  expect(accountShown(account)).toEqual(expected && modelAccountShown(expected))
}
