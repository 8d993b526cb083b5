import { type Script, script } from '../client/commands.ts'

/**
 * Looks a change up in the log.
 *
 * KEYS: head, log. ARGV: its nonce, as JSON. Gives storeId and epoch, or nothing.
 */
export const findChangeScript: Script = script(`
#!lua flags=no-writes
local entries = redis.call('LRANGE', KEYS[2], 0, -1)
for index = #entries, 1, -1 do
  local epoch = string.match(entries[index], '^{"epoch":(%d+),')
  local start = '{"epoch":' .. (epoch or '') .. ',"nonce":' .. ARGV[1] .. ','
  if epoch and string.sub(entries[index], 1, #start) == start then
    return {redis.call('HGET', KEYS[1], 'storeId'), epoch}
  end
end
return {}
`)
