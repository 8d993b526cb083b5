import { type Script, script } from '../commands.ts'

/** Reads lines of the log. KEYS: activity. ARGV: their places. Gives the members that are there. */
export const readLinesScript: Script = script(`
#!lua flags=no-writes
local lines = {}
for _, place in ipairs(ARGV) do
  local found = redis.call('ZRANGEBYLEX', KEYS[1], '[' .. place .. '\\0', '(' .. place .. '\\1', 'LIMIT', 0, 1)
  if found[1] then lines[#lines + 1] = found[1] end
end
return lines
`)
