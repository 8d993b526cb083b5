import { createKeyring, systemActor } from '@claviger/core'
import type { WriterAnswer, WriterCall, WriterSetUp } from './protocol.ts'
import { settingsOf } from './settings.ts'
import { openStore } from './stores.ts'

// Someone who writes one record in a loop, as fast as the database takes it: a thief with a key that manages keys.
const setUp = JSON.parse(process.env.CLAVIGER_LAB_WRITER ?? '') as WriterSetUp
const { store, close } = openStore(setUp.store)
const keyring = createKeyring<string, string>({ ...settingsOf({}), store, owners: 'unbounded' })
const keys = keyring.as(systemActor('lab'))
let target: Extract<WriterCall, { type: 'write' }> | undefined
let written = 0

process.on('disconnect', () => process.exit(0))
process.on('message', (call: WriterCall) => void follow(call).then(tell))
await keyring.ready()
tell({ type: 'ready' })

async function follow(call: WriterCall): Promise<WriterAnswer> {
  if (call.type === 'write') {
    target = call
    written = 0
    for (let index = 0; index < call.writers; index += 1) void write(call)
    return { type: 'ready' }
  }
  const stopped = written
  target = undefined
  if (call.type === 'close') {
    await keyring.close().catch(() => {})
    await close().catch(() => {})
  }
  return { type: 'written', count: stopped }
}

/** One write after the other, whatever becomes of each, until another target comes. */
async function write(own: NonNullable<typeof target>): Promise<void> {
  written += 1
  const name = `Name ${written}`
  const writing =
    own.account === undefined ? keys.update(own.id, { name }) : keys.serviceAccounts.update(own.account, { name })
  await writing.catch(() => {})
  setImmediate(() => {
    if (target === own) void write(own)
  })
}

function tell(answer: WriterAnswer): void {
  process.send?.(answer)
}
