import assert from 'node:assert/strict'
import { testRecord } from '../records.ts'
import { findOne, stored } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

/** The beginning and the end of a store's life. */
export const lifecycle: ContractGroup = {
  title: 'lifecycle',
  define(test) {
    test('is ready when it can be used, however often it is asked', async ({ store, need }) => {
      const { ready } = need('ready')
      await ready()
      await stored(store, testRecord())
      await ready()
    })

    test('may be closed twice', async ({ need }) => {
      const { close } = need('close')
      await close()
      await close()
    })

    // A store that answered "not found" after its end would turn good keys away.
    test('rejects after it was closed, and does not answer as if nothing were stored', async ({ store, need }) => {
      const { close } = need('close')
      await stored(store, testRecord())
      await close()
      await assert.rejects(async () => findOne(store, testRecord().id))
    })
  },
}
