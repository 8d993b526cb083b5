import { createKeyring, type Keyring, type KeyManager, systemActor } from '@claviger/core'
import type { StoreSetUp } from '../src/protocol.ts'
import { settingsOf } from '../src/settings.ts'
import { openStore } from '../src/stores.ts'

/** A key of a service account. */
export interface Scene {
  readonly id: string
  /** The first token, also after a rotation. */
  readonly token: string
  readonly accountId: string
}

/** A host that takes trust away: in this process, so that it may be anywhere. */
export interface Defence {
  readonly keyring: Keyring
  readonly keys: KeyManager
  scene(isRotating?: boolean): Promise<Scene>
  close(): Promise<void>
}

/** Makes one. */
export function defence(place: StoreSetUp): Defence {
  const opened = openStore(place)
  const keyring = createKeyring<string, string>({
    ...settingsOf({}),
    store: opened.store,
    owners: 'unbounded',
    onError: () => {},
  })
  const keys = keyring.as(systemActor('lab'))
  return {
    keyring,
    keys,
    async scene(isRotating = false) {
      const account = await keys.serviceAccounts.create({ name: 'Lab', permissions: ['lab:use'] })
      const owner = { type: 'service', id: account.id } as const
      const { key, token } = await keys.create({ name: 'Lab', environment: 'ci', owner, permissions: ['lab:use'] })
      if (isRotating) await keys.rotate(key.id)
      return { id: key.id, token, accountId: account.id }
    },
    async close() {
      await keyring.close().catch(() => {})
      await opened.close()
    },
  }
}
