import strict from 'node:assert/strict'

/** The assertions that the suites are written with. */
type Assertions = Pick<typeof strict, 'ok' | 'equal' | 'notEqual' | 'deepEqual' | 'match' | 'rejects' | 'fail'>

/**
 * Node's strict assertions, except that `deepEqual` compares contents and never prototypes. Jest runs tests in a realm with
 * an `Array.prototype` of its own, while `structuredClone` and native drivers make arrays of the other realm, and records
 * may come with a prototype or without one.
 */
export const assert: Assertions = {
  ok: strict.ok,
  equal: strict.equal,
  notEqual: strict.notEqual,
  deepEqual: (actual, expected, message) => {
    strict.deepEqual(structuredClone(actual), structuredClone(expected), message)
  },
  match: strict.match,
  rejects: strict.rejects,
  fail: strict.fail,
}
