import { type Script, script } from '../client/commands.ts'

/** Reads the first of several sorted sets. KEYS: sorted sets. ARGV: how many. Gives per set a list of member and score. */
export const readBusiestScript: Script = script(`
#!lua flags=no-writes
local lists = {}
for index, set in ipairs(KEYS) do lists[index] = redis.call('ZREVRANGE', set, 0, tonumber(ARGV[1]) - 1, 'WITHSCORES') end
return lists
`)

/** Reads scores. KEYS: sorted sets. ARGV: members. Gives per set a score for each member, or false. */
export const readScoresScript: Script = script(`
#!lua flags=no-writes
local scores = {}
for index, set in ipairs(KEYS) do scores[index] = redis.call('ZMSCORE', set, unpack(ARGV)) end
return scores
`)
