import type { ManagedKey, ServiceAccount, Verification } from '@claviger/core'
import { day, type Model, type ModelAccount, type ModelKey, statusOf } from './model.ts'

/*
 * What is compared: the real thing and the model's, brought into one form.
 */

const rotateAfterMs = 90 * day
const expiringWithinMs = 14 * day
// How much a key is used is not the model's business, nor when Claviger learns that an owner has left.
const modelled = new Set<string>(['expiring', 'rotationDue'])

export function isRotationDue({ current }: ModelKey, now: number): boolean {
  return current.createdAt < now - rotateAfterMs
}

export function isExpiring({ expiresAt }: ModelKey, now: number): boolean {
  return expiresAt !== null && expiresAt < now + expiringWithinMs
}

export function modelKeyShown(key: ModelKey, { now }: Model): object {
  const { current, previous, workspace, ...rest } = key
  const status = statusOf(key, now)
  const hasEnded = status === 'revoked' || status === 'expired'
  return {
    ...rest,
    workspaceId: workspace,
    // No call of the model brings one in.
    imported: false,
    status,
    attention: [
      ...(!hasEnded && isExpiring(key, now) ? ['expiring'] : []),
      ...(!hasEnded && isRotationDue(key, now) ? ['rotationDue'] : []),
    ],
    hint: hintOf(current.token),
    rotationDueAt: current.createdAt + rotateAfterMs,
    secrets: [current, ...(previous === undefined ? [] : [previous])].map(({ token, ...secret }) => ({
      ...secret,
      hint: hintOf(token),
      imported: false,
    })),
  }
}

export function keyShown(key: ManagedKey): object {
  const { description: _d, metadata: _m, lastUsedAt: _l, ownerGoneAt: _o, attention, secrets, ...rest } = key
  return {
    ...inMilliseconds(rest),
    attention: attention.filter((reason) => modelled.has(reason)),
    secrets: secrets.map(inMilliseconds),
  }
}

export function modelAccountShown({ workspace, ...account }: ModelAccount): object {
  return { ...account, workspaceId: workspace }
}

export function accountShown({ description: _d, createdBy: _c, ...account }: ServiceAccount): object {
  return inMilliseconds(account)
}

export function verdictShown(verification: Verification): object {
  if (!verification.ok) return verification
  const { apiKey, endsAt } = verification
  const { id, workspaceId, name, environment, permissions, resources, owner, secretVersion } = apiKey
  const expiresAt = apiKey.expiresAt?.getTime() ?? null
  return {
    ok: true,
    id,
    workspaceId,
    name,
    environment,
    permissions,
    resources,
    owner,
    secretVersion,
    expiresAt,
    endsAt,
    secretEndsAt: apiKey.secretEndsAt?.getTime() ?? null,
  }
}

function hintOf(token: string): string {
  const [prefix, environment, body = ''] = token.split('_')
  return `${prefix}_${environment}_${body.slice(0, 4)}…${body.slice(-4)}`
}

function inMilliseconds(shown: object): object {
  return Object.fromEntries(
    Object.entries(shown).map(([field, value]: [string, unknown]) => [
      field,
      value instanceof Date ? value.getTime() : value,
    ]),
  )
}
