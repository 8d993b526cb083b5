import { type Script, script } from '../commands.ts'

/**
 * Reads counts. KEYS: counts of several hours. ARGV: a key id, or nothing for all keys.
 * Gives per hour a list of key id and row.
 */
export const readCountsScript: Script = script(`
#!lua flags=no-writes
local rows = {}
for index, counts in ipairs(KEYS) do
  if ARGV[1] then
    local row = redis.call('HGET', counts, ARGV[1])
    rows[index] = row and {ARGV[1], row} or {}
  else
    rows[index] = redis.call('HGETALL', counts)
  end
end
return rows
`)
