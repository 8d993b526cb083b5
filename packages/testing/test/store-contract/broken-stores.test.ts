import { describe, expect, test } from 'vitest'
import { collectContract, run } from './collect.ts'
import { defectsByGroup } from './defects/index.ts'
import { makeStore } from './honest-store.ts'

test('the contract passes on an honest store, and skips nothing of it', async () => {
  const outcomes = []
  for (const one of collectContract(makeStore)) outcomes.push(await run(one))
  expect(outcomes.filter(({ result }) => result !== 'passed')).toEqual([])
})

for (const [group, defects] of Object.entries(defectsByGroup)) {
  describe(group, () => {
    test.each(defects)('notices a store that $name', async (defect) => {
      const tests = collectContract(() => makeStore(defect)).filter((one) => one.group === group)
      for (const part of defect.fails) {
        const aimedAt = tests.filter(({ title }) => title.includes(part))
        expect(aimedAt, `no test of "${group}" is called "${part}"`).not.toEqual([])
        for (const one of aimedAt) expect(await run(one)).toMatchObject({ title: one.title, result: 'failed' })
      }
    })
  })
}

test('every test of the contract can fail: some broken store makes it', () => {
  const unproven = collectContract(makeStore)
    .filter(
      ({ group, title }) => !defectsByGroup[group]?.some(({ fails }) => fails.some((part) => title.includes(part))),
    )
    .map(({ group, title }) => `${group}: ${title}`)
  expect(unproven).toEqual([])
})
