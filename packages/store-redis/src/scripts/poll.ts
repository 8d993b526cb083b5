import { type Script, script } from '../client/commands.ts'

/**
 * Reads the head, and of the log what is behind an epoch, together with the entry of that epoch itself.
 *
 * KEYS: head, log. ARGV: the epoch, or -1 for no part of the log. Gives the server's role, storeId, epoch, nonce (JSON),
 * entries (JSON) ...; the role alone when there is no head, and an empty role when the user may not ask for it.
 *
 * It writes nothing, and says that it might: so Redis refuses it wherever it would refuse a revocation, on a replica, with
 * too few replicas behind it, or with a disk that cannot be written. Full memory is no reason: revocations still work then.
 */
export const pollScript: Script = script(`
#!lua flags=allow-oom
local info = redis.pcall('INFO', 'replication')
local role = type(info) == 'string' and string.match(info, 'role:(%a+)') or ''
local head = redis.call('HMGET', KEYS[1], 'storeId', 'epoch', 'nonce')
if not head[1] then return {role} end
local since = tonumber(ARGV[1])
local steps = tonumber(head[2]) - since
if since >= 0 and steps > 0 and steps < redis.call('LLEN', KEYS[2]) then
  local entries = redis.call('LRANGE', KEYS[2], -steps - 1, -1)
  for index = 1, #entries do head[3 + index] = entries[index] end
end
table.insert(head, 1, role)
return head
`)
