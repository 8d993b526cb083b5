// One process that inserts keys one by one, and says each number once its key is stored.
import { testKeyId, testRecord } from '@claviger/testing'
import { jsonFileStore } from '../dist/json-file-store.js'

const [path, first, count] = process.argv.slice(2)
const store = jsonFileStore(path)
await store.ready()
for (let number = Number(first); number < Number(first) + Number(count); number += 1) {
  const write = { type: 'key', record: testRecord({ id: testKeyId(number) }), expectedRevision: 0 }
  const change = { writes: [write], activity: [], announcements: [], nonce: `${number}`, at: 0, silent: false }
  const { ok } = await store.commit(change)
  if (ok) process.stdout.write(`${number}\n`)
}
