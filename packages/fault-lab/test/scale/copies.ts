import type { Activity, KeyRecord } from '@claviger/core/store'
import { Redis } from 'ioredis'
import Database from 'libsql'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import type { StoreSetUp } from '../../src/protocol.ts'
import { wordsOf } from './population.ts'

/*
 * Copies of what a store has written, made in the database itself: through the store it would take hours. A copy has an
 * id of its own, and its instants are some milliseconds later, in columns, indexes and the record alike.
 */

/** A key that is stored, and how many copies of it to make, with ids from `first` on. */
export interface Copies {
  readonly seed: KeyRecord
  readonly first: number
  readonly count: number
  /** How much later the instants of each are than those of the one before. Default 1. */
  readonly stepMs?: number
}

/** Makes copies of keys: the record, its reminders, its last use. On Redis they are in no listing of a workspace. */
export async function copyKeys({ kind, url }: StoreSetUp, copies: Copies): Promise<void> {
  if (kind === 'redis') return copyRedisKeys(url, copies)
  const { seed, first, count, stepMs = 1 } = copies
  const words = wordsOf(kind)
  const id = words.joined("'key'", words.padded(`${first} + n`))
  const later = (text: string): string =>
    instantsOf(seed).reduce((sofar, at) => `replace(${sofar}, '${at}', ${words.text(`${at} + n * ${stepMs}`)})`, text)
  await run(kind, url, async (query) => {
    for (const [table, idColumn, instants] of [
      ['claviger_keys', 'id', ['created_at', 'secret_created_at', 'expires_at', 'last_used_at']],
      ['claviger_reminders', 'key_id', ['expiring', 'rotation_due', 'unused', 'owner_gone', 'ends_at']],
    ] as const) {
      const [row = {}] = await query(`select * from ${table} where ${idColumn} = '${seed.id}'`)
      const columns = Object.keys(row)
      const values = columns.map((column) => {
        if (column === idColumn) return id
        if (column === 'record') return later(`replace(record, '${seed.id}', ${id})`)
        return (instants as readonly string[]).includes(column) ? `${column} + n * ${stepMs}` : column
      })
      await query(
        `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from ${table}, ${words.series(count)}
         where ${idColumn} = '${seed.id}'`,
      )
    }
  })
}

/** Makes copies of a line of the log, with the numbers behind it. */
export async function copyLines({ kind, url }: StoreSetUp, seed: Activity, count: number): Promise<void> {
  if (kind === 'redis') return copyRedisLines(url, seed, count)
  const words = wordsOf(kind)
  const id = words.joined("'line'", words.padded('n'))
  const later = `replace(replace(record, '${seed.id}', ${id}), '${seed.at}', ${words.text(`${seed.at} + n`)})`
  await run(kind, url, async (query) => {
    await query(`insert into claviger_activity
        (workspace_id, created_at, id, actor_type, actor_id, action, target_id, record)
      select workspace_id, created_at + n, ${id}, actor_type, actor_id, action, target_id, ${later}
      from claviger_activity, ${words.series(count)} where id = '${seed.id}'`)
    await query(`insert into claviger_activity_lines (line, workspace_id, created_at, id)
      select line + 1 + n, workspace_id, created_at + n, ${id}
      from claviger_activity_lines, ${words.series(count)} where id = '${seed.id}'`)
  })
}

/** Tells the planner what there is now; a server in use learns it by itself. */
export async function learnSizes({ kind, url }: StoreSetUp): Promise<void> {
  if (kind === 'redis' || kind === 'sqlite') return
  await run(kind, url, async (query) => {
    if (kind === 'postgres') return query('analyze')
    return query('analyze table claviger_keys, claviger_reminders, claviger_activity, claviger_activity_lines')
  })
}

type Query = (sql: string) => Promise<readonly Record<string, unknown>[]>

async function run(
  kind: Exclude<StoreSetUp['kind'], 'redis'>,
  url: string,
  work: (query: Query) => Promise<unknown>,
): Promise<void> {
  if (kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    await work(async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows)
    await pool.end()
  } else if (kind === 'mariadb') {
    const pool = createPool({ uri: url, connectionLimit: 1 })
    await work(async (sql) => (await pool.query(sql))[0] as Record<string, unknown>[])
    await pool.end()
  } else {
    const database = new Database(url)
    await work(async (sql) => {
      if (!sql.startsWith('select')) database.exec(sql)
      return sql.startsWith('select') ? (database.prepare(sql).all([]) as Record<string, unknown>[]) : []
    })
    database.close()
  }
}

/** Every instant in a record, each once. */
function instantsOf(record: KeyRecord): readonly number[] {
  return [...new Set(JSON.stringify({ ...record, lastUsedAt: null }).match(/\b1[5-9]\d{11}\b/g) ?? [])].map(Number)
}

// Each call makes a few thousand, so that the server answers in between.
const perCall = 5_000

const keysScript = `
local seed, first, instants, step = ARGV[1], tonumber(ARGV[2]), cjson.decode(ARGV[5]), tonumber(ARGV[6])
local text = redis.call('GET', '{claviger}:key:' .. seed)
local used = redis.call('GET', '{claviger}:last-used:' .. seed)
for n = tonumber(ARGV[3]), tonumber(ARGV[4]) do
  local id = string.format('key%013d', first + n)
  local copy = string.gsub(text, seed, id)
  for _, at in ipairs(instants) do copy = string.gsub(copy, string.format('%.0f', at), string.format('%.0f', at + n * step)) end
  redis.call('SET', '{claviger}:key:' .. id, copy)
  if used then redis.call('SET', '{claviger}:last-used:' .. id, string.format('%.0f', tonumber(used) + n * step)) end
  for _, name in ipairs({'expiring', 'rotation-due', 'unused', 'owner-gone'}) do
    local score = redis.call('ZSCORE', '{claviger}:reminders:' .. name, seed)
    if score then redis.call('ZADD', '{claviger}:reminders:' .. name, string.format('%.0f', tonumber(score) + n * step), id) end
  end
end
`

async function copyRedisKeys(url: string, { seed, first, count, stepMs = 1 }: Copies): Promise<void> {
  const client = new Redis(url)
  for (let from = 0; from < count; from += perCall) {
    const until = Math.min(count, from + perCall) - 1
    await client.eval(keysScript, 0, seed.id, first, from, until, JSON.stringify(instantsOf(seed)), stepMs)
  }
  client.disconnect()
}

const linesScript = `
local seed, at, workspace = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local log, lines = '{claviger}:activity:' .. workspace, '{claviger}:lines'
local function place(n, id) return string.format('%016.0f', 8640000000000000 - (at + n)) .. id end
local original = redis.call('ZRANGEBYLEX', log, '[' .. place(0, seed), '+', 'LIMIT', 0, 1)[1]
local text = string.sub(original, #place(0, seed) + 2)
for n = tonumber(ARGV[4]), tonumber(ARGV[5]) do
  local id = string.format('line%013d', n)
  local copy = string.gsub(text, seed, id)
  copy = string.gsub(copy, string.format('%.0f', at), string.format('%.0f', at + n))
  redis.call('ZADD', log, 0, place(n, id) .. '\\0' .. copy)
  redis.call('ZADD', lines, redis.call('HINCRBY', '{claviger}:head', 'lines', 1), workspace .. '\\0' .. place(n, id))
end
`

async function copyRedisLines(url: string, { id, at, workspaceId }: Activity, count: number): Promise<void> {
  const client = new Redis(url)
  for (let from = 0; from < count; from += perCall) {
    await client.eval(linesScript, 0, id, at, workspaceId, from, Math.min(count, from + perCall) - 1)
  }
  client.disconnect()
}
