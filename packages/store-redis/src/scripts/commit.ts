import { type Script, script } from '../client/commands.ts'
import { waitingClaims } from './claims.ts'
import { openHead } from './open.ts'

// Everything that can fail comes before everything that cannot: an index of a foreign type stops the script before the
// first write. Redis does not undo what a script wrote before an error.
const body = `
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local head, log = KEYS[1], KEYS[2]
local freshStoreId, freshNonce = take(), take()

local meant = take()
if meant ~= '' and redis.call('HGET', head, 'storeId') ~= meant then
  return redis.error_reply('ANOTHERSTORE the change is meant for another store')
end

${waitingClaims}
local queues, token = tonumber(take()), take()
for index = 3, 2 + queues do
  local first = waiting(KEYS[index])[1]
  if first and first[1] ~= token then return {'claimed'} end
end

local texts = tonumber(take())
for index = 1, texts do
  local text = redis.call('GET', KEYS[2 + queues + index])
  if (text and '=' .. text or '-') ~= take() then return {} end
end

local function check(key, wanted)
  local found = redis.call('TYPE', key).ok
  return found == 'none' or found == wanted
end
local sound = check(head, 'hash') and check(log, 'list')
for index = 3 + queues + texts, #KEYS do sound = sound and check(KEYS[index], 'zset') end
if not sound then return redis.error_reply('WRONGTYPE a name of this namespace is taken') end

${openHead}

if token ~= '' then
  for index = 3, 2 + queues do keep(KEYS[index], without(waiting(KEYS[index]), token)) end
end

for _ = 1, tonumber(take()) do
  local operation, key = take(), KEYS[tonumber(take())]
  if operation == 'ZREM' then
    redis.call('ZREM', key, take())
  elseif operation == 'LINE' then
    local member = take()
    if not redis.call('ZSCORE', key, member) then
      redis.call('ZADD', key, redis.call('HINCRBY', head, 'lines', 1), member)
    end
  elseif operation == 'SET' then
    redis.call('SET', key, take())
  elseif operation == 'DEL' then
    redis.call('DEL', key)
  else
    local score, member = take(), take()
    if operation == 'ZADD' then
      redis.call('ZADD', key, score, member)
    else
      redis.call('ZADD', key, 'LT', score, member)
    end
  end
end

local unheard
local nonce, announcements, kept, channel = take(), take(), take(), take()
if nonce ~= '' then
  redis.call('HINCRBY', head, 'epoch', 1)
  redis.call('HSET', head, 'nonce', nonce)
  local epoch = redis.call('HGET', head, 'epoch')
  local change = '"epoch":' .. epoch .. ',"nonce":' .. nonce .. ',"announcements":' .. announcements .. '}'
  redis.call('RPUSH', log, '{' .. change)
  redis.call('LTRIM', log, -tonumber(kept), -1)
  -- What is written stays written: without the right to publish, the store has still changed.
  local told = redis.pcall('PUBLISH', channel, '{"storeId":"' .. redis.call('HGET', head, 'storeId') .. '",' .. change)
  unheard = type(told) == 'table' and told.err
end
local reply = redis.call('HMGET', head, 'storeId', 'epoch', 'nonce')
if unheard then reply[4] = unheard end
return reply
`

/**
 * Compares, and writes if nothing has changed: all or nothing.
 *
 * KEYS: head, log, the queues of claims on the records, the texts that are compared (and may be written), the sorted
 * sets. ARGV: a random store id and nonce (JSON) in case there is no head; the id of the store it is meant for (empty:
 * any); the number of queues and the caller's token (empty for none); the number of texts, and each as it must be (`-`
 * for absent, else `=` and the text); the number of operations, and each: its name, the number of its key, its
 * arguments; nonce (JSON; empty: the head stays), announcements (JSON), how many log entries to keep, the channel.
 * Gives storeId, epoch, nonce, and why the change could not be published, if so; or nothing, when a text is not as it
 * must be; or `claimed`, when someone else has claimed a record. The caller's own claims end with the change; one that
 * has run out is no loss, since texts are compared.
 */
export const commitScript: Script = script(`#!lua\n${body}`)

/** The same, allowed when Redis has no memory left: for changes that only take trust away. */
export const revokeScript: Script = script(`#!lua flags=allow-oom\n${body}`)
