import { type Script, script } from '../client/commands.ts'

/** Reads lines of the log. KEYS: activity. ARGV: their cursors. Gives the members that are there. */
export const readLinesScript: Script = script(`
#!lua flags=no-writes
local lines = {}
for _, cursor in ipairs(ARGV) do
  local found = redis.call('ZRANGEBYLEX', KEYS[1], '[' .. cursor .. '\\0', '(' .. cursor .. '\\1', 'LIMIT', 0, 1)
  if found[1] then lines[#lines + 1] = found[1] end
end
return lines
`)
