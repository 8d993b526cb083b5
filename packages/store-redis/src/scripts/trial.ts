import { type Script, script } from '../client/commands.ts'

/**
 * Runs every command that the store uses, on names of its own, and says which of them this user may not run. They live
 * for the time of the script, but for one text, which is read back, and goes by itself after ten seconds. Allowed
 * when memory is full, as revoking is.
 *
 * KEYS: a text, a hash, a list, a sorted set that are not there; every kind of name in this slot, so that Redis looks
 * whether the user may use them. ARGV: what the text holds, the channel, a message that makes no one do anything.
 * Gives the commands that are refused, and behind each what Redis said.
 */
export const trialScript: Script = script(`
#!lua flags=allow-oom
local refused = {}
local function try(command, ...)
  local reply = redis.pcall(command, ...)
  if type(reply) == 'table' and reply.err then
    refused[#refused + 1] = command
    refused[#refused + 1] = reply.err
  end
end

local text, hash, list, set = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
try('SET', text, ARGV[1], 'PX', 10000)
try('GET', text)
try('MGET', text)
try('TYPE', text)
try('HSETNX', hash, 'field', '1')
try('HSET', hash, 'field', '1')
try('HINCRBY', hash, 'field', 1)
try('HGET', hash, 'field')
try('HMGET', hash, 'field')
try('HGETALL', hash)
try('RPUSH', list, '1')
try('LLEN', list)
try('LRANGE', list, 0, -1)
try('LTRIM', list, 0, -1)
try('ZADD', set, 0, 'member')
try('ZCARD', set)
try('ZINCRBY', set, 1, 'member')
try('ZSCORE', set, 'member')
try('ZMSCORE', set, 'member')
try('ZCOUNT', set, '-inf', '+inf')
try('ZLEXCOUNT', set, '-', '+')
try('ZRANGE', set, 0, -1)
try('ZREVRANGE', set, 0, -1)
try('ZRANGEBYLEX', set, '-', '+')
try('ZRANGEBYSCORE', set, '-inf', '+inf')
try('ZREM', set, 'member')
try('DEL', hash)
try('UNLINK', list, hash, set)
try('TIME')
try('PUBLISH', ARGV[2], ARGV[3])
return refused
`)

/** Touches nothing: Redis looks whether the user may use the names. KEYS: the names. */
export const namesScript: Script = script(`
#!lua flags=no-writes
return redis.status_reply('OK')
`)
