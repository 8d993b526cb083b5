import { testRecord } from '../records.ts'
import { findOne, same, stored } from './fixtures.ts'
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

    // Behind a client of the host's it may go on to answer. "Not found" would turn good keys away.
    test('rejects or still tells the truth after it was closed', async ({ store, need }) => {
      const { close } = need('close')
      await stored(store, testRecord())
      await close()
      const answer = await findOne(store, testRecord().id).catch(() => 'rejected')
      if (answer !== 'rejected') same(answer, testRecord())
    })
  },
}
