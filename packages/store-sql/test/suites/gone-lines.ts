import type { Activity } from '@claviger/core/store'
import { testChange } from '@claviger/testing'
import { expect, test } from 'vitest'
import { emptied } from '../support/under-test.ts'
import type { ServerSuite } from './server-suite.ts'

/** A purge that is under way, or stopped, has removed entries whose numbers still stand. */
export function goneLines(suite: ServerSuite): void {
  test('pages of the log whose entries are gone go on to those behind them', async () => {
    const client = suite.client()
    const store = client.store()
    await emptied(client, store)
    const entries = Array.from(
      { length: 7 },
      (_, index): Activity => ({
        id: `line-${index + 1}`,
        workspaceId: 'ws_acme',
        at: index,
        actor: { type: 'user', id: 'ada' },
        action: 'key.created',
        target: { type: 'key', id: 'k' },
        before: null,
        after: null,
        origin: null,
      }),
    )
    await store.commit(testChange({ activity: entries }))
    await client.run('delete from claviger_activity where created_at < ? or created_at = ?', 3, 4)
    const pages: [ids: string[], through: number][] = []
    for (let position = 0; position < 7; ) {
      const { items, through, last } = await store.activityAfter(position, 3)
      expect([last, through > position]).toEqual([7, true])
      pages.push([items.map(({ entry }) => entry.id), through])
      position = through
    }
    expect(pages).toEqual([
      [[], 3],
      [['line-4', 'line-6'], 6],
      [['line-7'], 7],
    ])
  })
}
