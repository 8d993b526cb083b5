import type {
  ActivityEntry,
  Diagnosis,
  Grantable,
  KeyUsage,
  ServiceAccount,
  UsageNumbers,
  UsageReport,
  WorkspaceUsage,
} from '@claviger/core'
import type {
  DiagnosisResource,
  EventResource,
  KeyUsageResource,
  PermissionsResource,
  ServiceAccountResource,
  UsageNumbersResource,
  UsageResource,
} from './others.ts'
import { isoOf, type NameOf, named } from './show-key.ts'

/** Usage of one key, as it is sent. Pure. */
export function showKeyUsage(usage: KeyUsage): KeyUsageResource {
  return {
    object: 'keyUsage',
    keyId: usage.keyId,
    ...showRange(usage),
    secrets: usage.secrets.map(({ version, lastUsedAt, ...numbers }) => ({
      version,
      lastUsedAt: lastUsedAt.toISOString(),
      ...showNumbers(numbers),
    })),
    previousSecretShare: usage.previousSecretShare,
  }
}

/** Usage of the workspace, as it is sent. Pure. */
export function showUsage(usage: WorkspaceUsage): UsageResource {
  return {
    object: 'usage',
    ...showRange(usage),
    activeKeys: usage.activeKeys,
    byKey: usage.byKey.map(({ keyId, lastUsedAt, ...numbers }) => ({
      keyId,
      lastUsedAt: lastUsedAt.toISOString(),
      ...showNumbers(numbers),
    })),
    othersAtMost: usage.othersAtMost,
  }
}

function showRange(usage: UsageReport): Omit<UsageResource, 'object' | 'activeKeys' | 'byKey' | 'othersAtMost'> {
  return {
    from: usage.from.toISOString(),
    to: usage.to.toISOString(),
    bucket: usage.bucket,
    totals: showNumbers(usage.totals),
    series: usage.series.map(({ start, ...numbers }) => ({ start: start.toISOString(), ...showNumbers(numbers) })),
  }
}

function showNumbers(numbers: UsageNumbers): UsageNumbersResource {
  const { requests, allowed, denied, deniedBy, lacked, clientErrors, serverErrors, errorRate, deniedRate } = numbers
  return { requests, allowed, denied, deniedBy, lacked, clientErrors, serverErrors, errorRate, deniedRate }
}

/** A line of the activity log, as it is sent. Pure. */
export function showEvent(entry: ActivityEntry): EventResource {
  const { id, workspaceId, at, actor, action, target, before, after, origin } = entry
  return { object: 'event', id, workspaceId, at: at.toISOString(), actor, action, target, before, after, origin }
}

/** A diagnosis, as it is sent. Pure. */
export function showDiagnosis({ ok, code, keyId, hint, checks, fix }: Diagnosis): DiagnosisResource {
  return { object: 'diagnosis', ok, code, keyId, hint: hint ?? null, checks, fix }
}

/** What may be granted, as it is sent. Pure. */
export function showPermissions(
  { declared, grantable, defaults }: Grantable,
  presets: ReadonlyMap<string, readonly string[]>,
): PermissionsResource {
  const held = new Set<string>(grantable)
  return {
    object: 'permissions',
    declared,
    grantable,
    defaults,
    presets: [...presets].map(([name, permissions]) => ({
      name,
      permissions,
      grantable: permissions.every((name) => held.has(name)),
    })),
  }
}

/** A service account, as it is sent. Pure. */
export function showServiceAccount(account: ServiceAccount, nameOf: NameOf): ServiceAccountResource {
  const { id, workspaceId, name, description, permissions, createdBy, createdAt, updatedAt, deletedAt, revision } =
    account
  return {
    object: 'serviceAccount',
    id,
    workspaceId,
    name,
    description,
    permissions,
    createdBy: named(createdBy, nameOf),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    deletedAt: isoOf(deletedAt),
    revision,
  }
}
