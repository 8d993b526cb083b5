import { type Script, script } from '../commands.ts'

/**
 * Adds one instance's counts in one slot, unless its batch was added before.
 *
 * A row is `{"<version>":[requests, allowed, clientErrors, serverErrors, lastUsedAt, {"<code>": count}]}`, every number
 * a text: Lua's JSON would round what is beyond 14 digits. All rows are read before the first is written, so that
 * nothing is half counted.
 *
 * KEYS: the batch marker, countsByAge, then per workspace and hour its counts and its hours.
 * ARGV: batch number, how long the marker lives (ms); how many workspace hours, and each: hour, member of countsByAge;
 * how many entries, and each: the number of its workspace hour, key id, version, the five numbers, how many codes, and
 * each: code, count.
 */
export const addCountsScript: Script = script(`
#!lua
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local function sum(a, b)
  local total = tonumber(a or '0') + tonumber(b)
  if total > 9007199254740991 then total = 9007199254740991 end
  return string.format('%.0f', total)
end

-- What is there may not be ours; it then counts as nothing.
local function readable(text)
  local decoded, value = pcall(cjson.decode, text)
  return decoded and type(value) == 'table' and value or {}
end
local function sound(counts)
  if type(counts) ~= 'table' or type(counts[6]) ~= 'table' then return false end
  for index = 1, 5 do
    if not tonumber(counts[index]) then return false end
  end
  for _, count in pairs(counts[6]) do
    if not tonumber(count) then return false end
  end
  return true
end

local number, markerLife = take(), take()
local highest = redis.call('GET', KEYS[1])
if highest and tonumber(number) <= tonumber(highest) then return 0 end

local found = redis.call('TYPE', KEYS[2]).ok
if found ~= 'none' and found ~= 'zset' then return redis.error_reply('WRONGTYPE a name of this namespace is taken') end

local hours = {}
for index = 1, tonumber(take()) do
  hours[index] = {counts = KEYS[1 + 2 * index], list = KEYS[2 + 2 * index], at = take(), member = take(), rows = {}}
  redis.call('ZCARD', hours[index].list)
end

for _ = 1, tonumber(take()) do
  local hour, keyId, version = hours[tonumber(take())], take(), take()
  local row = hour.rows[keyId]
  if not row then
    row = readable(redis.call('HGET', hour.counts, keyId) or '{}')
    hour.rows[keyId] = row
  end
  local counts = sound(row[version]) and row[version] or {'0', '0', '0', '0', '0', {}}
  for index = 1, 4 do counts[index] = sum(counts[index], take()) end
  local lastUsedAt = take()
  if tonumber(lastUsedAt) > tonumber(counts[5]) then counts[5] = lastUsedAt end
  for _ = 1, tonumber(take()) do
    local code, count = take(), take()
    counts[6][code] = sum(counts[6][code], count)
  end
  row[version] = counts
end

for _, hour in ipairs(hours) do
  for keyId, row in pairs(hour.rows) do redis.call('HSET', hour.counts, keyId, cjson.encode(row)) end
  redis.call('ZADD', hour.list, hour.at, hour.at)
  redis.call('ZADD', KEYS[2], hour.at, hour.member)
end
redis.call('SET', KEYS[1], number, 'PX', markerLife)
return 1
`)
