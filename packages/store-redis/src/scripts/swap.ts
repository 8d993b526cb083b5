import { type Script, script } from '../client/commands.ts'

/** Sets a text that is as it was read. KEYS: its name. ARGV: as it must be (`-` for absent, else `=` and the text), the new one. */
export const swapScript: Script = script(`
#!lua
local text = redis.call('GET', KEYS[1])
if (text and '=' .. text or '-') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`)
