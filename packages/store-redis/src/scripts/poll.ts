import { type Script, script } from '../commands.ts'

/**
 * Reads the head, and of the log what is behind an epoch, together with the entry of that epoch itself.
 *
 * KEYS: head, log. ARGV: the epoch, or -1 for no part of the log. Gives storeId, epoch, nonce (JSON), entries (JSON) ...;
 * nothing when there is no head. `no-writes` lets it run when memory or disk are full.
 */
export const pollScript: Script = script(`
#!lua flags=no-writes
local head = redis.call('HMGET', KEYS[1], 'storeId', 'epoch', 'nonce')
if not head[1] then return {} end
local since = tonumber(ARGV[1])
local steps = tonumber(head[2]) - since
if since >= 0 and steps > 0 and steps < redis.call('LLEN', KEYS[2]) then
  local entries = redis.call('LRANGE', KEYS[2], -steps - 1, -1)
  for index = 1, #entries do head[3 + index] = entries[index] end
end
return head
`)
