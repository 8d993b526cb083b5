/** Whether a value is a promise, of whatever make. */
export function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Awaited<Value>> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return isObject && 'then' in value && typeof value.then === 'function'
}
