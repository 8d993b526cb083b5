import type { Diagnosis, ManagedKey } from '@claviger/core'

/**
 * A diagnosis of a key, as one of a secret that a rotation replaced: it stops where a request with that secret does.
 * Pure.
 */
export function diagnosisOfReplaced(
  diagnosis: Diagnosis,
  { secrets: [current] }: Pick<ManagedKey, 'secrets'>,
  { endsAt }: ManagedKey['secrets'][number],
  now: number,
): Diagnosis {
  const index = diagnosis.checks.findIndex(({ check }) => check === 'rotated')
  if (index === -1 || endsAt === null || diagnosis.code === 'key_rotated') return diagnosis
  const works = endsAt.getTime() > now
  const detail = `This secret was replaced by a rotation, and ${works ? 'works until' : 'stopped at'} ${endsAt.toISOString()}.`
  const before = diagnosis.checks.slice(0, index)
  const rotated = { check: 'rotated', ok: works, detail } as const
  if (works) return { ...diagnosis, checks: [...before, rotated, ...diagnosis.checks.slice(index + 1)] }
  const fix =
    current === undefined
      ? null
      : `Use the current secret, ${current.hint}, made at ${current.createdAt.toISOString()}.`
  return { ok: false, code: 'key_rotated', keyId: diagnosis.keyId, checks: [...before, rotated], fix }
}
