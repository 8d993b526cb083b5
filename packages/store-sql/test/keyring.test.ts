import { hmacSha256 } from '@claviger/core'
import { testKeyring } from '@claviger/testing'
import { expect, onTestFinished, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'
import { sqliteFixture } from './support/sqlite-store.ts'

test('a keyring on a file makes, verifies and revokes keys, and a second process follows', async () => {
  const { store, open } = await sqliteFixture()
  const hasher = hmacSha256({ pepper: 'a pepper of at least thirty-two bytes' })
  const first = await testKeyring({ keyring: { store, hasher } })
  const second = await testKeyring({ keyring: { store: sqliteStore(open().database), hasher }, seed: 2 })
  onTestFinished(async () => {
    await Promise.all([first.keyring.close(), second.keyring.close()])
  })
  const { keyring, token, key } = first
  expect(await keyring.verify(token)).toMatchObject({ ok: true, apiKey: { id: key.id } })
  expect(await second.keyring.verify(second.token)).toMatchObject({ ok: true })

  await first.revoke()
  expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
  expect(await second.keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
})
