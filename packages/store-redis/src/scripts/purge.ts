import { type Script, script } from '../client/commands.ts'

/**
 * Removes lines of the log of one workspace, and notes what is the oldest now.
 *
 * KEYS: activity, activityWorkspaces, lines, the sorted sets the lines are listed in. ARGV: the workspace; then each line: its
 * member, its cursor, in how many of the sets it is, and their numbers.
 */
export const purgeActivityScript: Script = script(`
#!lua flags=allow-oom
local position = 1
local function take()
  position = position + 1
  return ARGV[position]
end
while position < #ARGV do
  redis.call('ZREM', KEYS[1], take())
  local cursor = take()
  redis.call('ZREM', KEYS[3], ARGV[1] .. '\\0' .. cursor)
  for _ = 1, tonumber(take()) do redis.call('ZREM', KEYS[tonumber(take())], cursor) end
end
local oldest = redis.call('ZRANGE', KEYS[1], -1, -1)[1]
if oldest then
  local at = 8640000000000000 - tonumber(string.sub(oldest, 1, 16))
  redis.call('ZADD', KEYS[2], string.format('%.0f', at), ARGV[1])
else
  redis.call('ZREM', KEYS[2], ARGV[1])
end
return redis.status_reply('OK')
`)

/**
 * Removes the counts of one UTC day of a workspace, once no key is left whose last hour is older than that day's end.
 *
 * KEYS: daysByAge, days, lastHours, then every hash and set of the day. ARGV: the member of daysByAge, the member of
 * days, the first hour whose last hours are kept, how many of them to remove at most. Gives 1 when the day is gone.
 */
export const purgeDayScript: Script = script(`
#!lua flags=allow-oom
local old = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[3], 'LIMIT', 0, ARGV[4])
for _, member in ipairs(old) do redis.call('ZREM', KEYS[3], member) end
if #old == tonumber(ARGV[4]) then return 0 end
for index = 4, #KEYS do redis.call('UNLINK', KEYS[index]) end
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
`)
