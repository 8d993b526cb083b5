import { type Script, script } from '../client/commands.ts'

// Notes in the index what is the oldest last use among the callers of a key.
const noteOldest = `
local function noteOldest(index, set, member)
  local oldest = redis.call('ZRANGE', set, -1, -1, 'WITHSCORES')
  if oldest[2] then
    redis.call('ZADD', index, string.format('%.0f', -tonumber(oldest[2])), member)
  else
    redis.call('ZREM', index, member)
  end
end
`

/**
 * Adds callers of keys, forward only, and keeps of each key those that were there last.
 *
 * KEYS: callersByAge, then the callers of each key. ARGV: how many callers a key keeps; each key, in the order of KEYS: its
 * member of callersByAge, how many callers, and each: its last use below zero, its member.
 */
export const addCallersScript: Script = script(`
#!lua
${noteOldest}
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end
-- Of a foreign type, it stops the script before the first write.
redis.call('ZCARD', KEYS[1])
local most = tonumber(take())
for number = 2, #KEYS do
  local set, member = KEYS[number], take()
  for _ = 1, tonumber(take()) do redis.call('ZADD', set, 'LT', take(), take()) end
  local others = redis.call('ZRANGE', set, most, -1)
  if #others > 0 then redis.call('ZREM', set, unpack(others)) end
  noteOldest(KEYS[1], set, member)
end
return redis.status_reply('OK')
`)

/** Reads callers and their last uses below zero. A script, so that every client gives them alike. KEYS: callers. ARGV: how many. */
export const readCallersScript: Script = script(`
#!lua flags=no-writes
return redis.call('ZRANGE', KEYS[1], 0, ARGV[1] - 1, 'WITHSCORES')
`)

/**
 * Removes old callers of keys. KEYS: callersByAge, then callers. ARGV: the end of the old ones, below zero; then each member
 * of callersByAge, and the number of its callers among KEYS (0: its name cannot be told).
 */
export const purgeCallersScript: Script = script(`
#!lua flags=allow-oom
${noteOldest}
for index = 2, #ARGV, 2 do
  local member, set = ARGV[index], KEYS[tonumber(ARGV[index + 1])]
  if set then
    local old = redis.call('ZRANGEBYSCORE', set, '(' .. ARGV[1], '+inf')
    if #old > 0 then redis.call('ZREM', set, unpack(old)) end
    noteOldest(KEYS[1], set, member)
  else
    redis.call('ZREM', KEYS[1], member)
  end
end
return redis.status_reply('OK')
`)
