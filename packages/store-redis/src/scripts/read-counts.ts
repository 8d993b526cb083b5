import { type Script, script } from '../client/commands.ts'

/**
 * Reads rows of counts. KEYS: hashes. ARGV: fields, the same of each hash; none for all of them, where they are few.
 * Gives per hash a list of field and row.
 */
export const readCountsScript: Script = script(`
#!lua flags=no-writes
local rows = {}
for index, counts in ipairs(KEYS) do
  local found = {}
  if #ARGV == 0 then
    found = redis.call('HGETALL', counts)
  else
    for number, row in ipairs(redis.call('HMGET', counts, unpack(ARGV))) do
      if row then
        found[#found + 1] = ARGV[number]
        found[#found + 1] = row
      end
    end
  end
  rows[index] = found
end
return rows
`)
