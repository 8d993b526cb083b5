import { expect, test } from 'vitest'
import { hasCandidate, hasDebianPackage } from '../src/debian-package.ts'

test.each([
  ['a package that can be installed', 'redis-server:\n  Installed: (none)\n  Candidate: 5:7.0.15-1\n', true],
  ['a package without a version', 'valkey-server:\n  Installed: (none)\n  Candidate: (none)\n', false],
  ['a name that no list has', '', false],
])('tells by what apt-cache says of %s', (_, policy, has) => {
  expect(hasCandidate(policy)).toBe(has)
})

test('a name that no system has cannot be installed', async () => {
  expect(await hasDebianPackage('no-such-package-anywhere')).toBe(false)
})
