import type { LimitState } from '../../limits/states.ts'
import { isImportedHash } from '../../hashing/imported-hash.ts'
import type { KeyRecord, SecretRecord } from '../../store/records.ts'
import type { RefusalCode, Requirement } from '../../verification/verification.ts'
import type { DiagnosisCheckName, DiagnosisCode } from './diagnose.types.ts'
import { malformedAdvice } from './malformed-advice.ts'

/*
 * What a diagnosis says, and how to fix it. Pure texts: they are for people who may see the key.
 */

/** The first check that failed, and what to do. */
export interface Finding {
  readonly check: DiagnosisCheckName
  readonly code: DiagnosisCode
  readonly detail: string
  readonly fix: string
}

export const notSet: Finding = {
  check: 'provided',
  code: 'key_not_set',
  detail: 'No key was given: it is not set.',
  fix: malformedAdvice.empty.fix,
}

export const notHere: Finding = {
  check: 'found',
  code: 'not_in_this_workspace',
  detail: "Not in this workspace: the key is unknown, was deleted, or is another workspace's.",
  fix: 'Check which workspace and which server the key was made for; if it is gone, create another one.',
}

export function wrongSecret({ secrets: [current] }: KeyRecord): Finding {
  const replaced = current.version > 2
  return {
    check: 'secret',
    code: 'wrong_secret',
    detail: replaced
      ? 'The id is right, but the secret is none of this key: an older one, replaced by rotation, or altered.'
      : 'The id is right, but the secret is not: the key was altered.',
    fix: `Use the current secret, ${current.hint}. If it is lost, rotate the key.`,
  }
}

/** After the end of all imported tokens. */
export function importedTokensEnded(until: number): Finding {
  return {
    check: 'format',
    code: 'imported_tokens_ended',
    detail: `It looks like an imported token. All imported tokens ended at ${new Date(until).toISOString()}.`,
    fix: 'Use a token of this API: rotate the key, or create another one.',
  }
}

/** What there is to say of a token that was issued elsewhere, as far as it is good. */
export function importedNote({ hash, endsAt }: SecretRecord): string {
  const end = endsAt === null ? '' : ` It ends at ${new Date(endsAt).toISOString()}: rotate the key before.`
  return isImportedHash(hash)
    ? `Its token was issued elsewhere and imported, and was not used here yet: the first use replaces the imported digest.${end}`
    : `Its token was issued elsewhere and imported; its first use here has replaced the imported digest.${end}`
}

export const wrongWorkspace: Finding = {
  check: 'workspace',
  code: 'wrong_workspace',
  detail: 'The key is of this workspace, but the route belongs to another.',
  fix: 'Use a key of the workspace in the route, or call the route of this workspace.',
}

export function stateFinding(
  check: DiagnosisCheckName,
  code: Extract<DiagnosisCode, RefusalCode>,
  record: KeyRecord,
  secret: SecretRecord,
): Finding {
  const at = (instant: number | null): string => (instant === null ? 'now' : new Date(instant).toISOString())
  const [current] = record.secrets
  const finding = { check, code }
  switch (code) {
    case 'key_revoked':
      return {
        ...finding,
        detail: `It was revoked at ${at(record.revokedAt)}${reasonText(record.revokedReason)}`,
        fix: 'Revoking is final: create another key.',
      }
    case 'key_expired':
      return { ...finding, detail: `It expired at ${at(record.expiresAt)}.`, fix: 'Create another key.' }
    case 'key_disabled':
      return {
        ...finding,
        detail: `It was disabled at ${at(record.disabledAt)}.`,
        fix: 'Find out why it was disabled. Enable it if that reason does not hold any more.',
      }
    default:
      return {
        ...finding,
        detail: `This secret was replaced by a rotation and stopped at ${at(secret.endsAt)}.`,
        fix: `Use the current secret, ${current.hint}, made at ${at(current.createdAt)}.`,
      }
  }
}

/** A reason behind what was done, as a sentence that ends once. */
function reasonText(reason: string | null): string {
  if (reason === null) return '.'
  return /[.!?]$/.test(reason) ? `: ${reason}` : `: ${reason}.`
}

/** Whether a rotation has replaced a secret that works. */
export function rotatedNote({ secrets: [current] }: KeyRecord, secret: SecretRecord): string {
  return secret === current || secret.endsAt === null
    ? 'This is its current secret: no rotation has replaced it.'
    : `This secret was replaced by a rotation, and works until ${new Date(secret.endsAt).toISOString()}.`
}

export function unknownRestriction(names: readonly string[]): Finding {
  return {
    check: 'restrictions',
    code: 'unknown_restriction',
    detail: `It is restricted by ${names.join(', ')}, which this version of the server does not know: it answers 503.`,
    fix: 'Complete the deployment of the newer version, or revoke the key.',
  }
}

export function ownerGone(record: KeyRecord): Finding {
  const isUser = record.owner.type === 'user'
  return {
    check: 'owner',
    code: 'owner_gone',
    detail: `Its owner, ${ownerName(record)}, ${isUser ? 'left the workspace' : 'is gone'}.`,
    fix: 'Transfer the key to a service account, or create another key.',
  }
}

export function wrongAddress({ allowedAddresses }: KeyRecord): Finding {
  return {
    check: 'address',
    code: 'address_not_allowed',
    detail: `It works from ${allowedAddresses.join(', ')}, and not from the address that the request came from.`,
    fix: 'Call from one of these addresses, or add the address to the key. Behind a proxy, check that the server trusts it.',
  }
}

/** From where the key works, and whether the request came from there. */
export function addressNote({ allowedAddresses }: KeyRecord, address: string | undefined): string {
  const from = `It works from ${allowedAddresses.join(', ')} only`
  return address === undefined ? `${from}; from where the request came was not said.` : `${from}, as was called for.`
}

export function wrongEnvironment(record: KeyRecord, { environments = [] }: Requirement): Finding {
  return {
    check: 'environment',
    code: 'wrong_environment',
    detail: `It is a key of ${record.environment}; asked for is ${environments.join(' or ')}.`,
    fix: `Use a key of ${environments.join(' or ')}. The environment of a key never changes.`,
  }
}

/** Grants whose permissions were taken out of the catalogue. */
export function undeclaredNote(grants: readonly string[]): string {
  return `It holds ${grants.join(', ')}, which this API does not declare any more: that grants nothing.`
}

export function permissionFinding(
  record: KeyRecord,
  code: RefusalCode,
  { permissions = [] }: Requirement,
  undeclared: readonly string[],
): Finding {
  const wanted = permissions.join(', ')
  const granted = record.permissions.filter((grant) => !undeclared.includes(grant))
  if (code === 'owner_lacks_permission') {
    return {
      check: 'permission',
      code,
      detail: `The key was granted ${wanted}, but its owner, ${ownerName(record)}, does not hold it now.`,
      fix: 'Give the owner the permission, or transfer the key to a service account that holds it.',
    }
  }
  return {
    check: 'permission',
    code: 'insufficient_permission',
    detail: `The key was not granted ${wanted}. It was granted ${granted.join(', ') || 'nothing'}.`,
    fix: `Add ${wanted} to the key, or use a key that has it.`,
  }
}

export function limitFinding(state: LimitState): Finding {
  const until = state.resetsAt === null ? '' : ` until ${state.resetsAt.toISOString()}`
  return {
    check: 'limit',
    code: 'rate_limited',
    detail: limitText(state),
    fix: `Wait${until}, send fewer requests, or raise the limit "${state.name}".`,
  }
}

/** The present state of a limit. */
export function limitText({ name, by, requests, per, burst, remaining, resetsAt, note }: LimitState): string {
  const of = `The limit "${name}" by ${by}`
  const onTop = burst === null ? '' : ` and ${burst.requests} per ${burst.per} on top`
  const rule = requests === null || per === null ? '' : `: ${requests} per ${per}${onTop}`
  const left =
    remaining === null ? '' : `, ${remaining} left${resetsAt === null ? '' : ` until ${resetsAt.toISOString()}`}`
  return note === null ? `${of}${rule}${left}.` : `${of}${rule}. ${note}`
}

export function ownerName({ owner }: KeyRecord): string {
  return `the ${owner.type === 'user' ? 'user' : 'service account'} ${owner.id}`
}
