// Fails when the lockfile lacks an optional package that another names: `npm ci` would then fail on some platform.
// That happens when a package's binaries for other platforms were not in the registry yet when it was added.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './workspaces.mjs'

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
const missing = missingOptional(packages)
for (const { name, wantedBy } of missing)
  process.stderr.write(`package-lock.json lacks ${name}, wanted by ${wantedBy}\n`)
if (missing.length === 0) process.stdout.write('package-lock.json is complete\n')
process.exitCode = missing.length === 0 ? 0 : 1

function missingOptional(locked) {
  return Object.entries(locked).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !isFound(locked, name, place))
      .map((name) => ({ name, wantedBy: place === '' ? 'the root' : place })),
  )
}

/** Node's own search: the nearest `node_modules` upwards. */
function isFound(locked, name, place) {
  if (`${place === '' ? '' : `${place}/`}node_modules/${name}` in locked) return true
  if (place === '') return false
  const parent = place.lastIndexOf('node_modules/')
  return isFound(locked, name, parent <= 0 ? '' : place.slice(0, parent - 1))
}
