/** What functions of the host may throw or reject with: reading any of it may throw, or give anything but text. */
export function hostileErrors(): readonly unknown[] {
  const given = ['stack', 'message', 'name', 'cause'].flatMap((name) => [
    ...[['a'], { at: 1 }, null, 7].map((value) => Object.defineProperty(new Error('x'), name, { value })),
    Object.defineProperty(new Error('x'), name, {
      get() {
        throw new Error('unreadable')
      },
    }),
  ])
  const { proxy: revoked, revoke } = Proxy.revocable({}, {})
  revoke()
  const trap = (): never => {
    throw new Error('trap')
  }
  const throwing = new Proxy(new Error('x'), { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap })
  return [...given, throwing, revoked, Object.create(null), null, undefined, Symbol('s'), 'text', 0]
}
