import { createRequire } from 'node:module'

/** Counts argon2's runs in this process; to be called before the first one. */
export function countArgon2() {
  const library = createRequire(import.meta.url)('@node-rs/argon2')
  const { verify } = library
  let runs = 0
  library.verify = (...args) => {
    runs += 1
    return verify(...args)
  }
  return () => runs
}
