/** What host code may throw or reject with. Reading any of it may throw, or give anything but text. */
export function hostileErrors(): readonly (readonly [what: string, thrown: unknown])[] {
  const withField = (name: string, value: unknown): Error => Object.defineProperty(new Error('x'), name, { value })
  const throwing = (name: string): Error =>
    Object.defineProperty(new Error('x'), name, {
      get() {
        throw new Error('unreadable')
      },
    })
  const fields = ['stack', 'message', 'name', 'cause']
  return [
    ...fields.map((name) => [`a ${name} that is a list`, withField(name, ['a'])] as const),
    ...fields.map((name) => [`a ${name} that is an object`, withField(name, { at: 1 })] as const),
    ...fields.map((name) => [`a ${name} that is null`, withField(name, null)] as const),
    ...fields.map((name) => [`a ${name} that cannot be read`, throwing(name)] as const),
    [
      'a proxy that throws',
      new Proxy(new Error('x'), {
        get() {
          throw new Error('trap')
        },
        getPrototypeOf() {
          throw new Error('trap')
        },
      }),
    ],
    ['an object without a prototype', Object.create(null)],
    ['null', null],
    ['undefined', undefined],
    ['a symbol', Symbol('s')],
    ['a text', 'text'],
    ['an error that causes itself', Object.assign(new Error('x'), { cause: undefined })],
    ['a revoked proxy', revokedProxy()],
  ]
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
