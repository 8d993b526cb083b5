import { type Script, script } from '../client/commands.ts'

/**
 * Writes when keys were last used, forward only, and marks a batch as done, if this is all of it.
 *
 * KEYS: the batch marker, then names used below. ARGV: batch number, `1` for the last part, how long the marker lives
 * (ms); how many keys, and
 * each: the numbers of the names of its last use, of the listings by creation, by last use and of the never used; its
 * place; the instant. A key that is no longer listed under its place is left alone.
 */
export const touchKeysScript: Script = script(`
#!lua
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end
local function takeName()
  return KEYS[tonumber(take())]
end

local number, isLast, markerLife = take(), take(), take()
local highest = redis.call('GET', KEYS[1])
if highest and tonumber(number) <= tonumber(highest) then return 0 end

for _ = 1, tonumber(take()) do
  local lastUsed, byCreation, byLastUse, neverUsed = takeName(), takeName(), takeName(), takeName()
  local place, at = take(), take()
  if redis.call('ZSCORE', byCreation, place) then
    local before = tonumber(redis.call('GET', lastUsed) or '')
    if not before or before < tonumber(at) then
      redis.call('ZADD', byLastUse, at, place)
      redis.call('ZREM', neverUsed, place)
      redis.call('SET', lastUsed, at)
    end
  end
end
if isLast == '1' then redis.call('SET', KEYS[1], number, 'PX', markerLife) end
return 1
`)
