import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createExampleKeyring } from '../src/keyring.ts'
import { openStore } from '../src/open-store.ts'
import { seed } from '../src/seed.ts'

test('keeps its keys in a file, and tells its story once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-example-'))
  try {
    for (let start = 0; start < 2; start += 1) {
      const opened = await openStore(join(folder, 'keys.db'))
      await seed(opened.store)
      const again = createExampleKeyring(opened.store)
      const { items } = await again
        .as({ type: 'user', id: 'ada', workspaceId: 'acme', permissions: [], can: { listAll: true } })
        .list({ limit: 100 })
      expect(items).toHaveLength(15)
      await again.close()
      opened.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
