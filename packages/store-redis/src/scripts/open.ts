import { type Script, script } from '../client/commands.ts'

/** Lua: makes the head where there is none. Needs `head`, `log`, `freshStoreId` and `freshNonce`. */
export const openHead = `
if redis.call('HSETNX', head, 'storeId', freshStoreId) == 1 then
  redis.call('HSET', head, 'epoch', '0', 'nonce', freshNonce)
  redis.call('DEL', log)
  redis.call('RPUSH', log, '{"epoch":0,"nonce":' .. freshNonce .. ',"announcements":[]}')
end
`

/**
 * Makes the head where there is none.
 *
 * KEYS: head, log. ARGV: a random store id and a random nonce, as JSON.
 */
export const openScript: Script = script(`
#!lua
local head, log = KEYS[1], KEYS[2]
local freshStoreId, freshNonce = ARGV[1], ARGV[2]
${openHead}
return redis.status_reply('OK')
`)
