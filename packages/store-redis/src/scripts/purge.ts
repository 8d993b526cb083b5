import { type Script, script } from '../commands.ts'

/**
 * Removes old activity of one workspace, the oldest first, and notes what is the oldest now.
 *
 * KEYS: activity, activityWorkspaces. ARGV: where the old entries begin, how many to remove at most, the workspace.
 * Gives how many were removed.
 */
export const purgeActivityScript: Script = script(`
#!lua flags=allow-oom
local old = redis.call('ZRANGE', KEYS[1], '+', ARGV[1], 'BYLEX', 'REV', 'LIMIT', 0, ARGV[2])
for _, member in ipairs(old) do redis.call('ZREM', KEYS[1], member) end
local oldest = redis.call('ZRANGE', KEYS[1], -1, -1)[1]
if oldest then
  local at = 8640000000000000 - tonumber(string.sub(oldest, 1, 16))
  redis.call('ZADD', KEYS[2], string.format('%.0f', at), ARGV[3])
else
  redis.call('ZREM', KEYS[2], ARGV[3])
end
return #old
`)

/**
 * Removes counts of whole hours.
 *
 * KEYS: countsByAge, then per workspace and hour its counts and its hours. ARGV: per workspace and hour its member of
 * countsByAge and the hour.
 */
export const purgeCountsScript: Script = script(`
#!lua flags=allow-oom
for index = 1, #ARGV / 2 do
  redis.call('UNLINK', KEYS[2 * index])
  redis.call('ZREM', KEYS[2 * index + 1], ARGV[2 * index])
  redis.call('ZREM', KEYS[1], ARGV[2 * index - 1])
end
return redis.status_reply('OK')
`)
