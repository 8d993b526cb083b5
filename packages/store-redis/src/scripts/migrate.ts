import { type Script, script } from '../client/commands.ts'

/**
 * Goes through the names of a server, some at a time. KEYS: head, so that a cluster asks the server that has the names of
 * this slot. ARGV: the cursor, a pattern, how many to look at. Gives the next cursor, and the names that match.
 */
export const scanScript: Script = script(`
#!lua flags=no-writes
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
table.insert(found[2], 1, found[1])
return found[2]
`)

/** Adds members to sorted sets that they are not in. KEYS: the sets. ARGV: number of a set, score, member, and so on. Gives how many. */
export const addPlacesScript: Script = script(`
#!lua
local added = 0
for index = 1, #ARGV, 3 do
  added = added + redis.call('ZADD', KEYS[tonumber(ARGV[index])], 'NX', ARGV[index + 1], ARGV[index + 2])
end
return added
`)
