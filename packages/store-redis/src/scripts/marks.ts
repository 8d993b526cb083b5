import { type Script, script } from '../client/commands.ts'

/**
 * Sets marks that are not set yet. KEYS: marks. ARGV: each name and text. Gives all names and texts.
 */
export const marksScript: Script = script(`
#!lua
for index = 1, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[index], ARGV[index + 1]) end
return redis.call('HGETALL', KEYS[1])
`)

/** The same for nothing to set: runs when memory or disk are full. */
export const readMarksScript: Script = script(`
#!lua flags=no-writes
return redis.call('HGETALL', KEYS[1])
`)
