import { type Script, script } from '../client/commands.ts'

/**
 * Reads which lines of the log come next, and the number of the last one. KEYS: head, lines. ARGV: the number behind which
 * to read, how many. Gives the last number, then members and their numbers.
 */
export const numberedLinesScript: Script = script(`
#!lua flags=no-writes
local reply = { redis.call('HGET', KEYS[1], 'lines') or '0' }
local found = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for _, item in ipairs(found) do reply[#reply + 1] = item end
return reply
`)

/**
 * Reads lines of several workspaces. KEYS: their logs. ARGV: for each line the number of its log, and its cursor. Gives
 * the members, with an empty text for a line that is gone.
 */
export const linesOfLogsScript: Script = script(`
#!lua flags=no-writes
local lines = {}
for index = 1, #ARGV, 2 do
  local log, cursor = KEYS[tonumber(ARGV[index])], ARGV[index + 1]
  local found = redis.call('ZRANGEBYLEX', log, '[' .. cursor .. '\\0', '(' .. cursor .. '\\1', 'LIMIT', 0, 1)
  lines[#lines + 1] = found[1] or ''
end
return lines
`)
