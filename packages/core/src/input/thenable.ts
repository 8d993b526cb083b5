/** Whether a value is a promise, of any implementation. */
export function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Awaited<Value>> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return isObject && 'then' in value && typeof value.then === 'function'
}
