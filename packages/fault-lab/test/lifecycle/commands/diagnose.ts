import fc from 'fast-check'
import { expect } from 'vitest'
import { anybody, type Who } from '../actors.ts'
import { pick } from '../arbitraries.ts'
import { grantsOf, type Model, type ModelKey } from '../model.ts'
import type { Requirement } from '../requirement.ts'
import { isForbidden, sees } from '../rights.ts'
import { attempt, type Call, callStep, count, pickKey, type Step } from '../step.ts'
import { type Alteration, hints } from '../tokens.ts'
import { keyNamed, refusalOf, textOf } from '../verdict.ts'
import { alteration, asked, questionOf, requirementOf } from './verify.ts'

interface Diagnose extends Who {
  readonly pick: number
  readonly byId: boolean
  readonly alteration: Alteration | undefined
  readonly asked: { readonly place?: 0 | 1 } & Requirement
}

/** Someone asks why a key is refused. */
export const diagnose: fc.Arbitrary<Step> = fc
  .record({ who: anybody, pick, byId: fc.boolean(), alteration, asked })
  .map(({ who, ...what }) => callStep('diagnose', { ...who, ...what }, run))

async function run(call: Call, wish: Diagnose): Promise<void> {
  const { model, actor, keys } = call
  const { id } = pickKey(call, wish.pick)
  const ofKey = model.tokens.filter(({ keyId }) => keyId === id)
  const token = ofKey[wish.pick % Math.max(1, ofKey.length)]
  if (token === undefined) return
  const requirement = requirementOf(model, wish.asked)
  const { client } = requirement
  const altered = wish.byId ? undefined : wish.alteration
  const target = wish.byId ? { id: token.keyId } : textOf(token.token, altered)
  const refusal = isForbidden(actor, 'diagnose') ? 'ERR_CLAVIGER_FORBIDDEN' : undefined
  const found = await attempt('diagnose', refusal, () =>
    keys.diagnose(target, {
      ...questionOf(requirement),
      ...(typeof client === 'string' && { address: client }),
    }),
  )
  if (found === undefined) return
  const key = keyNamed(model, token.keyId, altered)
  const seen = key !== undefined && sees(actor, key) ? key : undefined
  const code = codeOf(model, seen, wish.byId ? seen?.current.token : token.token, altered, requirement)
  const isMalformed = code === 'malformed_key'
  count(`diagnosed ${code}`)
  expect({ ok: found.ok, code: found.code, keyId: found.keyId, hint: found.hint }).toEqual({
    ok: code === 'ok',
    code,
    keyId: isMalformed || seen === undefined ? null : seen.id,
    hint: isMalformed && altered !== undefined ? hints[altered] : undefined,
  })
  expect(JSON.stringify(found)).not.toContain(token.token)
}

function codeOf(
  model: Model,
  key: ModelKey | undefined,
  token: string | undefined,
  alteration: Alteration | undefined,
  requirement: Requirement,
): string {
  if (alteration !== undefined && hints[alteration] !== undefined) return 'malformed_key'
  if (key === undefined || token === undefined) return 'not_in_this_workspace'
  const isSecret = [key.current.token, key.previous?.token].includes(token)
  if (!isSecret || alteration !== undefined) return 'wrong_secret'
  return refusalOf(key, token, grantsOf(model, key.workspace, key.owner), model.now, requirement) ?? 'ok'
}
