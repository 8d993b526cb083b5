import { ValidationError } from '@claviger/core'
import { named } from '../resources/show-key.ts'
import { showDiagnosis, showPermissions } from '../resources/show-others.ts'
import { diagnoseBody } from '../schemas/inputs.ts'
import { diagnosisSchema, permissionsSchema, whoamiSchema } from '../schemas/others.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

/** What holds for the workspace and the caller. */
export const workspaceEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/keys/diagnose',
    action: 'diagnoseKey',
    tag: 'Keys',
    summary: 'Explain why a key does not work',
    description: 'Takes the token exactly as the client sends it, or the id of a key. The token is not repeated.',
    body: diagnoseBody,
    isSafe: true,
    answers: { 200: { description: 'The checks, up to the first that fails', schema: diagnosisSchema } },
    problems: ['validation_failed'],
    async run({ keys, body: { token, keyId, ...question } }) {
      if (token !== undefined && keyId !== undefined)
        throw new ValidationError('keyId', 'Give token or keyId, not both.')
      const target = keyId === undefined ? token : { id: keyId }
      return { status: 200, body: showDiagnosis(await keys.diagnose(target, question)) }
    },
  }),

  endpoint({
    method: 'get',
    path: '/permissions',
    action: 'getPermissions',
    tag: 'Workspace',
    summary: 'Read which permissions there are, and which the caller may grant',
    answers: { 200: { description: 'The permissions', schema: permissionsSchema } },
    run({ keys, presets }) {
      return { status: 200, body: showPermissions(keys.grantable(), presets) }
    },
  }),

  endpoint({
    method: 'get',
    path: '/whoami',
    action: 'whoami',
    tag: 'Workspace',
    summary: 'Read who makes the call, and under which rules',
    answers: { 200: { description: 'The caller', schema: whoamiSchema } },
    async run({ actor, keys, keyring: { environments, resources: resourceTypes, policy }, readOnly, names }) {
      const nameOf = await names([actor])
      const body = {
        object: 'whoami',
        actor: named(actor, nameOf),
        workspaceId: actor.workspaceId,
        permissions: keys.grantable().grantable,
        abilities: keys.abilities(),
        readOnly,
        environments,
        resourceTypes,
        policy: {
          maxLifetimeSeconds: seconds(policy.maxLifetimeMs),
          maxOverlapSeconds: policy.maxOverlapMs / 1_000,
          rotateAfterSeconds: seconds(policy.rotateAfterMs),
          unusedAfterSeconds: seconds(policy.unusedAfterMs),
          expiryNoticeSeconds: policy.expiryNoticeMs / 1_000,
        },
      }
      return { status: 200, body }
    },
  }),
]

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000
}
