import { type Script, script } from '../client/commands.ts'

/**
 * Adds one part of an instance's batch in one slot, unless it was added before.
 *
 * A row is `{"<version>":[requests, allowed, clientErrors, serverErrors, lastUsedAt, {"<code>": count}]}`, every number
 * a text: Lua's JSON would round what is beyond 14 digits. All rows are read before the first is written, so that
 * nothing is half counted.
 *
 * KEYS: the batch marker, then names used below: of hashes first, of sorted sets behind them.
 * ARGV: batch number, number of the part, how long the marker lives (ms), how many of the names are hashes; how many
 * rows, and each: the number of its hash, its field, version, the five numbers, how many codes, and each: code, count;
 * how many scores, and each: `INCRBY` or `GT`, the number of its sorted set, score, member.
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

local number, part, markerLife, hashes = take(), take(), take(), tonumber(take())
local done = redis.call('GET', KEYS[1])
if done then
  local doneNumber, donePart = string.match(done, '^(%d+)%.(%d+)$')
  if not doneNumber or tonumber(doneNumber) > tonumber(number) then return 0 end
  if tonumber(doneNumber) == tonumber(number) and tonumber(donePart) >= tonumber(part) then return 0 end
end

for index = 2, #KEYS do
  local found = redis.call('TYPE', KEYS[index]).ok
  local wanted = index <= 1 + hashes and 'hash' or 'zset'
  if found ~= 'none' and found ~= wanted then return redis.error_reply('WRONGTYPE a name of this namespace is taken') end
end

local rows = {}
for _ = 1, tonumber(take()) do
  local hash, field, version = KEYS[tonumber(take())], take(), take()
  local place = hash .. '\\n' .. field
  local row = rows[place]
  if not row then
    row = {hash = hash, field = field, versions = readable(redis.call('HGET', hash, field) or '{}')}
    rows[place] = row
  end
  local counts = sound(row.versions[version]) and row.versions[version] or {'0', '0', '0', '0', '0', {}}
  for index = 1, 4 do counts[index] = sum(counts[index], take()) end
  local lastUsedAt = take()
  if tonumber(lastUsedAt) > tonumber(counts[5]) then counts[5] = lastUsedAt end
  for _ = 1, tonumber(take()) do
    local code, count = take(), take()
    counts[6][code] = sum(counts[6][code], count)
  end
  row.versions[version] = counts
end

for _, row in pairs(rows) do redis.call('HSET', row.hash, row.field, cjson.encode(row.versions)) end
for _ = 1, tonumber(take()) do
  local kind, set, score, member = take(), KEYS[tonumber(take())], take(), take()
  if kind == 'GT' then
    redis.call('ZADD', set, 'GT', score, member)
  elseif tonumber(redis.call('ZINCRBY', set, score, member)) > 9007199254740991 then
    redis.call('ZADD', set, '9007199254740991', member)
  end
end
redis.call('SET', KEYS[1], number .. '.' .. part, 'PX', markerLife)
return 1
`)
