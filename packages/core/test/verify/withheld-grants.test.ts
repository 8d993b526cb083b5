import { describe, expect, test } from 'vitest'
import { grantSet } from '../../src/permissions/match.ts'
import { bothCover, createWithheldGrants } from '../../src/verify/withheld-grants.ts'

describe('withheld grants', () => {
  const owner = { workspaceId: 'ws_acme', owner: { type: 'service', id: 'sa' } } as const

  test('count until they are given back, for that owner alone', () => {
    const withheld = createWithheldGrants()
    const held = grantSet(['prompts:*'])
    const giveBack = withheld.suspend(owner, (grants) => grants && bothCover(grants, grantSet(['*:read'])))
    const judged = withheld.judged(owner, held)
    expect(['prompts:read', 'prompts:write'].map((name) => judged?.has(name))).toEqual([true, false])
    expect(withheld.judged(owner, null)).toBeNull()
    expect(withheld.judged({ ...owner, workspaceId: 'ws_globex' }, held)).toBe(held)
    giveBack()
    expect(withheld.judged(owner, held)).toBe(held)
  })
})
