import { type Argon2Parameters, isAllowed } from './hasher.ts'

// Loaded at the first hash: an application on hmacSha256 never pays for the binding.
const library = (): Promise<typeof import('@node-rs/argon2')> => import('@node-rs/argon2')

const phc =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,9})\$[A-Za-z0-9+/]{22,86}\$[A-Za-z0-9+/]{43}$/

/** Reads a PHC string's parameters; undefined for anything that is not argon2id within the allowed bounds. */
export function argon2Parameters(stored: string): Argon2Parameters | undefined {
  const found = phc.exec(stored)
  if (found === null) return undefined
  const parameters = { memoryKiB: Number(found[1]), iterations: Number(found[2]), parallelism: Number(found[3]) }
  return isAllowed(parameters) ? parameters : undefined
}

/** Hashes a token; the result is a PHC string. */
export async function hashArgon2(
  token: string,
  parameters: Argon2Parameters,
  pepper: Buffer | undefined,
): Promise<string> {
  const { hash } = await library()
  return hash(token, {
    algorithm: 2,
    memoryCost: parameters.memoryKiB,
    timeCost: parameters.iterations,
    parallelism: parameters.parallelism,
    outputLen: 32,
    ...(pepper && { secret: pepper }),
  })
}

/** Compares a token with a PHC string that `argon2Parameters` has let through. */
export async function verifyArgon2(stored: string, token: string, pepper: Buffer | undefined): Promise<boolean> {
  const { verify } = await library()
  return verify(stored, token, pepper && { secret: pepper })
}
