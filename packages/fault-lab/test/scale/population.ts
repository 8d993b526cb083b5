import { Redis } from 'ioredis'
import Database from 'libsql'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import type { StoreSetUp } from '../../src/protocol.ts'

/** How much there is in the one workspace of the test. */
export interface Size {
  readonly keys: number
  readonly days: number
  readonly lines: number
}

/** The workspace, and the first of its days: 2025-01-01. */
export const workspaceId = 'ws_large'
export const firstDay = 1_735_689_600_000
const dayMs = 86_400_000

/** Makes rows as a year of traffic would, in the database itself: through the store it would take hours. */
export async function populate({ kind, url }: Pick<StoreSetUp, 'kind' | 'url'>, size: Size): Promise<void> {
  if (kind === 'redis') return populateRedis(url, size)
  if (kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    for (const statement of statements(postgres, size)) await pool.query(statement)
    await pool.query('analyze')
    await pool.end()
  } else if (kind === 'mariadb') {
    const pool = createPool({ uri: url, connectionLimit: 1 })
    for (const statement of statements(mariadb, size)) await pool.query(statement)
    await pool.end()
  } else {
    const database = new Database(url)
    for (const statement of statements(sqlite, size)) database.exec(statement)
    database.close()
  }
}

/** What databases say in words of their own. */
export interface Words {
  /** Numbers from 0, as `n`. */
  series(count: number): string
  padded(number: string): string
  text(number: string): string
  divided(a: string, b: string): string
  joined(...texts: readonly string[]): string
}

const postgres: Words = {
  series: (count) => `(select n from generate_series(0, ${count - 1}) n) as s`,
  padded: (number) => `lpad((${number})::text, 13, '0')`,
  text: (number) => `(${number})::text`,
  divided: (a, b) => `(${a}) / (${b})`,
  joined: (...texts) => texts.join(' || '),
}

const mariadb: Words = {
  series: (count) => `(select seq as n from seq_0_to_${count - 1}) as s`,
  padded: (number) => `lpad(${number}, 13, '0')`,
  text: (number) => `cast(${number} as char)`,
  divided: (a, b) => `((${a}) div (${b}))`,
  joined: (...texts) => `concat(${texts.join(', ')})`,
}

const sqlite: Words = {
  series: (count) =>
    `(with recursive s(n) as (select 0 union all select n + 1 from s where n < ${count - 1}) select n from s) as s`,
  padded: (number) => `printf('%013d', ${number})`,
  text: (number) => `cast(${number} as text)`,
  divided: (a, b) => `(${a}) / (${b})`,
  // It joins before it divides.
  joined: (...texts) => texts.map((text) => `(${text})`).join(' || '),
}

/** The words of a database. */
export function wordsOf(kind: Exclude<StoreSetUp['kind'], 'redis'>): Words {
  return { postgres, mariadb, sqlite }[kind]
}

/** How many requests key `n` had on day `d`: few keys have most, and no two days are alike. */
export function requestsOf(n: number, d: number): number {
  return 1 + Math.floor(1_000_000 / (n + 1)) + ((n * 7_919 + d * 104_729) % 50)
}

function statements({ series, padded, divided, joined }: Words, { keys, days, lines }: Size): readonly string[] {
  const key = joined("'key'", padded('n'))
  const requests = (day: number): string => `1 + ${divided('1000000', 'n + 1')} + ((n * 7919 + ${day * 104_729}) % 50)`
  const columns =
    'workspace_id, key_id, day, listed_day, code, requests, allowed, client_errors, server_errors, last_used_at'
  const dayRows = Array.from({ length: days }, (_, day) => {
    const start = firstDay + day * dayMs
    return [
      `insert into claviger_usage_days (${columns})
        select '${workspaceId}', ${key}, ${start}, ${start}, '', ${requests(day)}, 1, 0, 0, ${start} from ${series(keys)}`,
      `insert into claviger_usage_totals (workspace_id, span, start, code, requests, allowed, client_errors, server_errors, last_used_at)
        select '${workspaceId}', 'day', ${start}, '', sum(requests), sum(allowed), 0, 0, ${start}
        from claviger_usage_days where workspace_id = '${workspaceId}' and listed_day = ${start}`,
    ]
  })
  return [
    `insert into claviger_keys (id, workspace_id, revision, writes, created_at, environment, owner_type, owner_id, name_folded, last4, secret_created_at, record)
      select ${key}, '${workspaceId}', 1, 1, ${firstDay} + n, 'production', 'user', ${joined("'user_'", 'n % 500')}, ${joined("'key '", 'n')}, ${joined("'z'", 'n % 999')}, ${firstDay} + n, '{}'
      from ${series(keys)}`,
    ...dayRows.flat(),
    `insert into claviger_usage_keys (workspace_id, key_id, last_hour)
      select '${workspaceId}', ${key}, ${firstDay + (days - 1) * dayMs} from ${series(keys)}`,
    `insert into claviger_activity (workspace_id, created_at, id, actor_type, actor_id, action, target_id, record)
      select '${workspaceId}', ${firstDay} + n, ${joined("'a'", padded('n'))}, 'user', ${joined("'user_'", 'n % 50')}, ${joined("'action_'", 'n % 10')}, ${joined("'key_'", 'n % 5000')}, '{}'
      from ${series(lines)}`,
  ]
}

// Each call makes a few thousand, so that the server answers in between.
const fillUsage = `
local first, last, day = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
for n = first, last do
  local key = string.format('key%013d', n)
  local requests = 1 + math.floor(1000000 / (n + 1)) + ((n * 7919 + day * 104729) % 50)
  redis.call('ZADD', KEYS[1], requests, key)
  redis.call('ZADD', KEYS[3], ARGV[4], key)
  if n < 2000 then
    redis.call('HSET', KEYS[2], key, '{"1":["' .. requests .. '","1","0","0","' .. ARGV[4] .. '",{}]}')
  end
end
`
const fillLines = `
local names = cjson.decode(ARGV[4])
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local at = tonumber(ARGV[3]) + n
  local id = string.format('a%013d', n)
  local place = string.format('%016.0f', 8640000000000000 - at) .. id
  local actor, action, target = 'user_' .. n % 50, 'action_' .. n % 10, 'key_' .. n % 5000
  local line = cjson.encode({id = id, workspaceId = names.workspace, at = at, actor = {type = 'user', id = actor},
    action = action, target = {type = 'key', id = target}, before = cjson.null, after = cjson.null, origin = cjson.null})
  redis.call('ZADD', '{claviger}:activity:' .. names.workspace, 0, place .. '\\0' .. line)
  redis.call('ZADD', '{claviger}:activity-by-target:["' .. names.workspace .. '","' .. target .. '"]', 0, place)
  redis.call('ZADD', '{claviger}:activity-by-actor:["' .. names.workspace .. '","user","' .. actor .. '"]', 0, place)
  redis.call('ZADD', '{claviger}:activity-by-action:["' .. names.workspace .. '","' .. action .. '"]', 0, place)
end
redis.call('ZADD', '{claviger}:activity-workspaces', 'LT', ARGV[3], names.workspace)
`
const fillKeys = `
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local place = string.format('%016.0f', 8640000000000000 - (tonumber(ARGV[3]) + n)) .. string.format('key%013d', n)
  local names = '{claviger}:'
  redis.call('ZADD', names .. 'by-creation:' .. ARGV[4], 0, place)
  redis.call('ZADD', names .. 'enabled:' .. ARGV[4], 0, place)
  redis.call('ZADD', names .. 'never-used:' .. ARGV[4], 0, place)
  redis.call('ZADD', names .. 'by-secret-age:' .. ARGV[4], tonumber(ARGV[3]) + n, place)
  redis.call('ZADD', names .. 'by-environment:["' .. ARGV[4] .. '","production"]', 0, place)
  redis.call('ZADD', names .. 'by-owner-type:["' .. ARGV[4] .. '","user"]', 0, place)
  redis.call('ZADD', names .. 'by-owner:["' .. ARGV[4] .. '","user","user_' .. n % 500 .. '"]', 0, place)
  redis.call('ZADD', names .. 'by-name:' .. ARGV[4], 0, 'key ' .. n .. '\\0' .. place)
end
`

async function populateRedis(url: string, { keys, days, lines }: Size): Promise<void> {
  const client = new Redis(url)
  const chunked = async (count: number, work: (first: number, last: number) => Promise<unknown>): Promise<void> => {
    for (let first = 0; first < count; first += 5_000) await work(first, Math.min(count, first + 5_000) - 1)
  }
  // One entry a day was counted through the store: the names are there already.
  const [lastHours = ''] = await client.keys('*:last-hours:*')
  for (let day = 0; day < days; day += 1) {
    const start = firstDay + day * dayMs
    const busiest = lastHours.replace(':last-hours:', `:busiest:${start}:`)
    const counts = lastHours.replace(':last-hours:', `:day-counts:${start}:`)
    await chunked(keys, (first, last) => client.eval(fillUsage, 3, busiest, counts, lastHours, first, last, day, start))
  }
  await chunked(keys, (first, last) => client.eval(fillKeys, 0, first, last, firstDay, workspaceId))
  const names = JSON.stringify({ workspace: workspaceId })
  await chunked(lines, (first, last) => client.eval(fillLines, 0, first, last, firstDay, names))
  client.disconnect()
}
