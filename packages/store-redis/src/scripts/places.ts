import { type Script, script } from '../client/commands.ts'

/**
 * Reads members of a sorted set behind a place, in order of score and member, with their scores. Members of one score,
 * however many there are, cost a search and not a walk.
 *
 * KEYS: the set. ARGV: score and member of the place (an empty member: all of the score), the end of the scores
 * (exclusive), how many.
 */
export const placesScript: Script = script(`
#!lua flags=no-writes
local function isBehind(member, other)
  for index = 1, #member do
    local a, b = string.byte(member, index), string.byte(other, index)
    if a ~= b then return not b or a > b end
  end
  return false
end
local low = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[1])
local high = redis.call('ZCOUNT', KEYS[1], '-inf', ARGV[1])
while low < high do
  local middle = math.floor((low + high) / 2)
  if isBehind(redis.call('ZRANGE', KEYS[1], middle, middle)[1], ARGV[2]) then
    high = middle
  else
    low = middle + 1
  end
end
local ends = math.min(low + tonumber(ARGV[4]), redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[3]))
if low >= ends then return {} end
return redis.call('ZRANGE', KEYS[1], low, ends - 1, 'WITHSCORES')
`)

/**
 * Moves members of a sorted set that are where they were seen. KEYS: the set. ARGV: each member, its score, and the new
 * score (empty: it is removed).
 */
export const movePlacesScript: Script = script(`
#!lua
for index = 1, #ARGV, 3 do
  local member, from, to = ARGV[index], ARGV[index + 1], ARGV[index + 2]
  local score = redis.call('ZSCORE', KEYS[1], member)
  if score and tonumber(score) == tonumber(from) then
    if to == '' then
      redis.call('ZREM', KEYS[1], member)
    else
      redis.call('ZADD', KEYS[1], to, member)
    end
  end
end
return redis.status_reply('OK')
`)
