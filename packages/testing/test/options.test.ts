import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import { httpContract, storeContract, testKeyring } from '../src/index.ts'

const runner = { describe: () => undefined, test: () => undefined }

describe('an option that does not exist', () => {
  test('is refused by storeContract: a hook that is misspelt would leave its test out', () => {
    const makeStore = async () => {
      const store = memoryStore()
      return { store, close: () => store.close() }
    }
    // @ts-expect-error misspelt
    expect(() => storeContract({ name: 'mine', runner, makeStore, leaveOut: ['subscribe'] })).toThrow(
      /storeContract has no option "leaveOut", did you mean "leavesOut"\?/,
    )
    expect(() => storeContract({ name: 'mine', runner, makeStore, leavesOut: ['reopen'] })).not.toThrow()
  })

  test('is refused by httpContract', () => {
    const serve = (): never => {
      throw new Error('not served in this test')
    }
    // @ts-expect-error misspelt
    expect(() => httpContract({ name: 'mine', runner, serv: serve })).toThrow(
      /httpContract has no option "serv", did you mean "serve"\?/,
    )
    expect(() => httpContract({ name: 'mine', runner, serve })).not.toThrow()
  })

  test('is refused by testKeyring, and by the keyring that it makes', async () => {
    // @ts-expect-error misspelt
    await expect(testKeyring({ workspace: 'ws_acme' })).rejects.toThrow(
      /testKeyring has no option "workspace", did you mean "workspaceId"\?/,
    )
    // @ts-expect-error misspelt
    await expect(testKeyring({ keyring: { pollms: 5 } })).rejects.toThrow(
      /createKeyring has no option "pollms", did you mean "pollMs"\?/,
    )
  })
})
