import { type Script, script } from '../client/commands.ts'

/**
 * Lua: the callers that wait for a record, in order; those that have not asked for a while are left out. A line for
 * each: token, rank, and until when the claim holds, in milliseconds. Needs nothing.
 */
export const waitingClaims = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function waiting(key)
  local claims = {}
  for token, rank, ends in string.gmatch(redis.call('GET', key) or '', '(%S+) (%d+) (%d+)\\n') do
    if tonumber(ends) > now then claims[#claims + 1] = { token, tonumber(rank), tonumber(ends) } end
  end
  return claims
end
local function keep(key, claims)
  local lines, last = {}, now
  for index, claim in ipairs(claims) do
    lines[index] = string.format('%s %d %d\\n', claim[1], claim[2], claim[3])
    if claim[3] > last then last = claim[3] end
  end
  if #lines == 0 then
    redis.call('DEL', key)
  else
    redis.call('SET', key, table.concat(lines), 'PX', math.max(1, last - now))
  end
end
local function without(claims, token)
  local others = {}
  for _, claim in ipairs(claims) do
    if claim[1] ~= token then others[#others + 1] = claim end
  end
  return others
end
`

/**
 * Claims records, or says that the caller still wants them. A caller keeps its place among those of its rank, and a
 * higher rank goes first, also before one who was told that its turn had come. Placed in all queues at once, two
 * callers never wait for each other. Allowed when Redis has no memory left: revocations come this way.
 *
 * KEYS: the queues of the records, then texts to read. ARGV: the number of queues, the caller's token, its rank (0 and
 * up), how long the claim holds unless it is repeated (ms), how many may wait for a record, and how many bytes a text
 * may have: longer ones are given as empty. Gives `1` and the texts when the caller is first in every queue; `0` when
 * it has to wait, in line or, where that is full, without a place.
 */
export const claimScript: Script = script(`#!lua flags=allow-oom
local queues, token, rank = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local holds, most, longest = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
${waitingClaims}
local placed, first, isFull = {}, true, false
for index = 1, queues do
  local claims = waiting(KEYS[index])
  local at
  for place, claim in ipairs(claims) do
    if claim[1] == token then at = place end
  end
  if at then
    claims[at][3] = now + holds
  else
    at = #claims + 1
    while at > 1 and claims[at - 1][2] < rank do at = at - 1 end
    table.insert(claims, at, { token, rank, now + holds })
    if #claims > most then
      if at > most then isFull = true end
      claims[#claims] = nil
    end
  end
  first = first and at == 1
  placed[index] = claims
end
if isFull then return {0} end
for index = 1, queues do keep(KEYS[index], placed[index]) end
if not first then return {0} end
local reply = {1}
for index = queues + 1, #KEYS do
  local text = redis.call('GET', KEYS[index])
  if text and #text > longest then text = '' end
  reply[#reply + 1] = text
end
return reply
`)

/** Gives claims up. KEYS: the queues. ARGV: the caller's token. */
export const releaseScript: Script = script(`#!lua flags=allow-oom
${waitingClaims}
for _, key in ipairs(KEYS) do keep(key, without(waiting(key), ARGV[1])) end
return redis.status_reply('OK')
`)
