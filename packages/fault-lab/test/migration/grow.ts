import type { MigrationPlace } from './places.ts'

const words = {
  postgres: {
    text: (...parts: readonly string[]) => parts.join(' || '),
    number: "lpad(n::text, 5, '0')",
    series: (times: number) => ({ before: '', from: `generate_series(1, ${times}) as numbers(n)` }),
  },
  mysql: {
    text: (...parts: readonly string[]) => `concat(${parts.join(', ')})`,
    number: "lpad(n, 5, '0')",
    series: (times: number) => ({ before: '', from: `(select seq as n from seq_1_to_${times}) as numbers` }),
  },
  sqlite: {
    text: (...parts: readonly string[]) => parts.join(' || '),
    number: "printf('%05d', n)",
    series: (times: number) => ({
      before: `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${times}) `,
      from: 'numbers',
    }),
  },
} as const

const keyColumns =
  'revision, writes, created_at, environment, owner_type, owner_id, name_folded, last4, secret_created_at, previous_ends_at, expires_at, disabled_at, revoked_at, owner_gone_at, last_used_at'
const lineColumns = 'created_at, id, actor_type, actor_id, action, target_id'

/**
 * Copies the keys that never end, and the lines of the log, into other workspaces, so many times: rows as their writer
 * wrote them, but for id and workspace.
 */
export async function grow(
  { dialect, run }: MigrationPlace,
  url: string,
  times: { readonly keys: number; readonly lines: number },
): Promise<void> {
  const { text, number, series } = words[dialect]
  const workspace = text("'lab '", number)
  const inWorkspace = (record: string): string =>
    `replace(${record}, '"workspaceId":"lab"', ${text(`'"workspaceId":"'`, workspace, `'"'`)})`
  const id = text('substr(id, 1, 11)', number)
  const withId = `replace(record, ${text(`'"id":"'`, 'id', `'"'`)}, ${text(`'"id":"'`, id, `'"'`)})`
  const [keys, lines] = [series(times.keys), series(times.lines)]
  await run(
    url,
    `insert into claviger_keys (id, workspace_id, ${keyColumns}, record)
    ${keys.before} select ${id}, ${workspace}, ${keyColumns}, ${inWorkspace(withId)}
    from claviger_keys cross join ${keys.from} where workspace_id = 'lab' and expires_at is null`,
  )
  await run(
    url,
    `insert into claviger_activity (workspace_id, ${lineColumns}, record)
    ${lines.before} select ${workspace}, ${lineColumns}, ${inWorkspace('record')}
    from claviger_activity cross join ${lines.from} where workspace_id = 'lab'`,
  )
}
