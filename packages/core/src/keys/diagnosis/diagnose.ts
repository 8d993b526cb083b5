import { isAddressAllowed } from '../../verify/allowed-addresses.ts'
import { KeyNotFoundError, ValidationError } from '../../errors/errors.ts'
import type { RevokedKeys } from '../../following/revoked.ts'
import type { Hashing } from '../../hashing/hashing.ts'
import type { ImportedTokens } from '../../imported/imported-tokens.ts'
import { bare } from '../../input/plain-fields.ts'
import { readDefinitions, statesOf } from '../../limits/states.ts'
import type { PermissionCatalogue } from '../../permissions/catalogue.ts'
import { undeclaredGrants } from '../../permissions/declared.ts'
import { readIds } from '../../restrictions/read-ids.ts'
import type { Clock } from '../../runtime/clock.ts'
import { isImported } from '../../store/imported-secret.ts'
import type { KeyRecord, SecretRecord } from '../../store/records.ts'
import { unknownRestrictions } from '../../store/restrictions.ts'
import { tokenMask } from '../../token/mask.ts'
import { parseToken } from '../../token/token.ts'
import type { ApiKeys } from '../../verification/api-key.ts'
import type { Requirement } from '../../verification/verification.ts'
import { stateRefusal } from '../../verify/judge.ts'
import type { Owners } from '../../verify/owners.ts'
import { unproven } from '../../verify/prover.ts'
import type { Reading } from '../reading/reading.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { demand } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { boundedText, ownFields, parseReference } from '../shapes/checks.ts'
import { parseEnvironments } from '../shapes/create-input.ts'
import type { DiagnoseInput, DiagnoseTarget, Diagnosis, DiagnosisCheck, DiagnosisCheckName } from './diagnose.types.ts'
import {
  addressNote,
  rotatedNote,
  type Finding,
  limitFinding,
  limitText,
  importedNote,
  importedTokensEnded,
  notHere,
  notSet,
  ownerGone,
  ownerName,
  permissionFinding,
  stateFinding,
  undeclaredNote,
  unknownRestriction,
  wrongAddress,
  wrongEnvironment,
  wrongSecret,
  wrongWorkspace,
} from './findings.ts'
import { malformedAdvice } from './malformed-advice.ts'
import { resourceFinding, undeclaredTypes } from './resource-findings.ts'

/** What diagnosing is made of. */
export interface DiagnosisParts {
  readonly reading: Pick<Reading, 'visibleKey'>
  readonly rules: Pick<KeyRules, 'grammar' | 'permissions' | 'resources'>
  readonly hashing: Pick<Hashing, 'compareTag' | 'spendTag'>
  readonly owners: Pick<Owners, 'read'>
  readonly apiKeys: Pick<ApiKeys, 'make' | 'refusal' | 'undeclared'>
  readonly revoked: Pick<RevokedKeys, 'judged'>
  readonly imported: Pick<ImportedTokens, 'read' | 'until'>
  readonly clock: Clock
}

/**
 * Explains a failing key to an actor that may see it: checks in the order of a verification, up to the first that
 * fails. A key the actor cannot see takes the same queries as one that does not exist, and reads the same.
 */
export async function diagnoseKey(
  parts: DiagnosisParts,
  actor: Actor,
  target: DiagnoseTarget,
  input: DiagnoseInput,
): Promise<Diagnosis> {
  demand(actor, 'diagnose')
  const { requirement, limits, address } = parseQuestion(parts.rules, input)
  const passed: DiagnosisCheck[] = []
  const pass = (check: DiagnosisCheckName, detail: string): void => void passed.push({ check, ok: true, detail })
  const fail = ({ check, code, detail, fix }: Finding, keyId: string | null = null): Diagnosis => ({
    ok: false,
    code,
    keyId,
    checks: [...passed, { check, ok: false, detail }],
    fix,
  })

  const named = isTarget(target)
    ? { id: boundedText('id', ownFields<{ id: string }>('diagnose', target, ['id']).id), token: undefined }
    : readTarget(parts, target, pass)
  if ('finding' in named) return { ...fail(named.finding), ...('hint' in named && { hint: named.hint }) }

  const record = await found(parts, actor, named.id)
  if (record === undefined) {
    if (named.token !== undefined) parts.hashing.spendTag(named.token)
    return fail(notHere)
  }
  pass('found', `This is the key "${record.name}" of this workspace.`)

  const secret = named.token === undefined ? record.secrets[0] : secretOf(parts.hashing, record, named.token)
  if (secret === undefined) return fail(wrongSecret(record), record.id)
  if (named.token !== undefined) pass('secret', `The secret is right: version ${secret.version} of this key.`)

  if (isImported(secret)) pass('imported', importedNote(secret))

  const refused = stateRefusal(record, secret, parts.clock.now())
  for (const { check, code, detail } of states) {
    if (refused?.code === code) return fail(stateFinding(check, code, record, secret), record.id)
    pass(check, check === 'rotated' ? rotatedNote(record, secret) : detail)
  }

  const unknown = unknownRestrictions(record)
  if (unknown.length > 0) return fail(unknownRestriction(unknown), record.id)

  const { grants, resources } = await parts.owners.read(record)
  if (grants === null) return fail(ownerGone(record), record.id)
  pass('owner', `Its owner, ${ownerName(record)}, is there.`)

  if (record.allowedAddresses.length > 0) {
    if (address !== undefined && !isAddressAllowed(record.allowedAddresses, address)) {
      return fail(wrongAddress(record), record.id)
    }
    pass('address', addressNote(record, address))
  }

  const unknownTypes = parts.apiKeys.undeclared(record)
  if (unknownTypes.length > 0) return fail(undeclaredTypes(unknownTypes), record.id)

  const undeclared = undeclaredGrants(record.permissions, parts.rules.permissions)
  if (undeclared.length > 0) pass('grants', undeclaredNote(undeclared))

  const apiKey = parts.apiKeys.make(record, secret, grants, resources)
  const denied = parts.apiKeys.refusal(apiKey, requirement)
  if (denied?.code === 'wrong_workspace') return fail(wrongWorkspace, record.id)
  if (requirement.workspaceId !== undefined) pass('workspace', 'The route belongs to the workspace of the key.')
  if (denied?.code === 'wrong_environment') return fail(wrongEnvironment(record, requirement), record.id)
  if (requirement.environments !== undefined) pass('environment', `It is a key of ${record.environment}, as asked for.`)
  const isResource = denied?.code === 'resource_not_allowed'
  if (denied !== undefined && !isResource)
    return fail(permissionFinding(record, denied.code, requirement, undeclared), record.id)
  if (requirement.permissions !== undefined) pass('permission', 'Key and owner hold the permission now.')
  if (isResource) return fail(resourceFinding(record, requirement), record.id)
  if (requirement.resources !== undefined) pass('resource', 'Key and owner reach what the route is about.')

  const [prefix] = parts.rules.grammar.prefixes
  const limitStates = await statesOf(prefix, parts.clock, limits, apiKey)
  const spent = limitStates.find(({ remaining }) => remaining === 0)
  for (const state of limitStates) if (state.remaining !== 0) pass('limit', limitText(state))
  if (spent !== undefined) return fail(limitFinding(spent), record.id)
  return { ok: true, code: 'ok', keyId: record.id, checks: passed, fix: null }
}

const states = [
  { check: 'revoked', code: 'key_revoked', detail: 'It was not revoked.' },
  { check: 'expired', code: 'key_expired', detail: 'It has not expired.' },
  { check: 'disabled', code: 'key_disabled', detail: 'It is not disabled.' },
  { check: 'rotated', code: 'key_rotated', detail: '' },
] as const

/** Whether the key is named by its id: everything else is looked at as the token a client sends. */
function isTarget(target: unknown): target is object {
  return typeof target === 'object' && target !== null && !Array.isArray(target)
}

/** The id in a token, or why there is none. */
function readTarget(
  { rules: { grammar }, imported }: Pick<DiagnosisParts, 'rules' | 'imported'>,
  target: unknown,
  pass: (check: DiagnosisCheckName, detail: string) => void,
): { id: string; token: string } | { finding: Finding; hint?: NonNullable<Diagnosis['hint']> } {
  if (target === undefined || target === null || target === '') return { finding: notSet }
  const parsed = parseToken(target, grammar)
  if (!parsed.ok && (parsed.hint === 'placeholder' || parsed.hint === 'empty')) {
    return { finding: { ...notSet, ...malformedAdvice[parsed.hint] }, hint: parsed.hint }
  }
  pass('provided', 'A key was given.')
  if (!parsed.ok) {
    const token = typeof target === 'string' ? imported.read(target) : undefined
    if (token === 'over') return { finding: importedTokensEnded(imported.until) }
    if (token !== undefined) {
      pass('format', 'It has the form of a token that was issued elsewhere and imported.')
      return { id: token.id, token: token.secret }
    }
    const advice = malformedAdvice[parsed.hint]
    return { finding: { check: 'format', code: 'malformed_key', ...advice }, hint: parsed.hint }
  }
  pass('format', `It has the form of a key of this API, of the environment ${parsed.parts.environment}.`)
  return { id: parsed.parts.id, token: target as string }
}

/** The record, as a verification here would judge it; undefined for none that the actor may see. */
async function found(
  { reading, revoked }: Pick<DiagnosisParts, 'reading' | 'revoked'>,
  actor: Actor,
  id: string,
): Promise<KeyRecord | undefined> {
  try {
    return revoked.judged(await reading.visibleKey(actor, id))
  } catch (error) {
    if (error instanceof KeyNotFoundError) return undefined
    throw error
  }
}

/**
 * The secret of the record that the token is; undefined for none. The tag is proof enough for an actor that may see the
 * key anyway, and explaining keys must not fill the queue of hashes.
 */
function secretOf(hashing: DiagnosisParts['hashing'], { secrets }: KeyRecord, token: string): SecretRecord | undefined {
  const tags = secrets.map((secret) => hashing.compareTag(token, secret))
  const secret = secrets.find((_, index) => tags[index] === 'same')
  if (secret === undefined) unproven(tags)
  return secret
}

function parseQuestion(
  { permissions, resources: types, grammar }: DiagnosisParts['rules'],
  input: DiagnoseInput,
): {
  requirement: Requirement
  limits: ReturnType<typeof readDefinitions>
  address: string | undefined
} {
  const {
    environment,
    permission,
    workspaceId,
    resources,
    limits = [],
    address,
  } = ownFields<DiagnoseInput>('diagnose', input, [
    'permission',
    'environment',
    'workspaceId',
    'resources',
    'limits',
    'address',
  ])
  const requirement = bare<Requirement>({
    ...(permission !== undefined && { permissions: [parsePermission(permission, permissions)] }),
    ...(environment !== undefined && { environments: parseEnvironments(environment, grammar.environments) }),
    ...(workspaceId !== undefined && { workspaceId: parseReference('workspaceId', workspaceId) }),
    ...(resources !== undefined && {
      resources: shown(
        readIds(resources, types, (field, message) => new ValidationError(field, message)),
        grammar,
      ),
    }),
  })
  return {
    requirement,
    limits: readDefinitions(limits),
    address: address === undefined ? undefined : boundedText('address', address),
  }
}

/** A pasted key may have ended up in the wrong field: what came is not repeated. */
function parsePermission(permission: string, catalogue: PermissionCatalogue): string {
  if (catalogue.has(permission)) return permission
  throw new ValidationError('permission', 'Expected permission to be a declared one, such as a route requires.')
}

/** Ids as they may be repeated: none is a token, and a token in place of one is not said again. */
function shown(ids: Readonly<Record<string, string>>, grammar: KeyRules['grammar']): Readonly<Record<string, string>> {
  const mask = tokenMask(grammar)
  return Object.fromEntries(Object.entries(ids).map(([type, id]) => [type, mask(id)]))
}
