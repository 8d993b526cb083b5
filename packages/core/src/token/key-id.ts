/** The form of a key id: 16 base62 characters. */
export const keyIdPattern: RegExp = /^[0-9A-Za-z]{16}$/

/**
 * Tells whether a value has the form of a key id: 16 characters from `0-9A-Za-z`. Stores look up nothing else as one.
 *
 * @example
 * const ids = ['7Fq2mB4xK9aLr0Zs', "' or 1 = 1"].filter(isKeyId)
 */
export function isKeyId(value: unknown): value is string {
  return typeof value === 'string' && keyIdPattern.test(value)
}
