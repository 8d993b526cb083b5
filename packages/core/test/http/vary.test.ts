import { expect, test } from 'vitest'
import { appendVary } from '../../src/http/vary.ts'

const ours = 'Authorization, X-API-Key'

test.each([
  [undefined, ours],
  ['', ours],
  [ours, ours],
  ['Origin', `Origin, ${ours}`],
  [['Origin', 'Accept'], `Origin, Accept, ${ours}`],
  [`Origin, ${ours}`, `Origin, ${ours}`],
  ['X-Authorization, X-API-Key', 'X-Authorization, X-API-Key, Authorization'],
  ['authorization', 'authorization, X-API-Key'],
  ['x-api-key,AUTHORIZATION', 'x-api-key,AUTHORIZATION'],
  ['*', '*'],
  ['Origin, *', '*'],
  [7, `7, ${ours}`],
] as const)('adds to %j and keeps what is there', (current, expected) => {
  expect(appendVary(current, ours)).toBe(expected)
})
