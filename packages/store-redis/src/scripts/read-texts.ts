import { type Script, script } from '../client/commands.ts'

/**
 * Reads texts, in order: null for what is not there or is no text, empty for what is longer than ARGV[1] bytes. Someone
 * else may have put a value of any length there: no process reads it.
 */
export const readTextsScript: Script = script(`
#!lua flags=no-writes
local most = tonumber(ARGV[1])
local texts = redis.call('MGET', unpack(KEYS))
for index = 1, #KEYS do
  if texts[index] and #texts[index] > most then texts[index] = '' end
end
return texts
`)
