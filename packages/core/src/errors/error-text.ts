import { types } from 'node:util'

/*
 * Reading errors of the host's and of libraries. Such an error may be anything: its stack a list, its message a getter
 * that throws, itself a proxy, a symbol or null. Reading it must never fail: who reads it is busy with a failure already.
 */

/** The messages of an error and of what caused it, as sentences, outermost first. */
export function messageOf(error: unknown): string {
  return chainOf(error)
    .map((each) => sentence(textOf(() => each.message) ?? unreadable))
    .join(' Cause: ')
}

/** The stack of what went wrong first: the host's own line, or the driver's; its message where there is none. */
export function stackOf(error: unknown): string {
  const root = chainOf(error).at(-1)
  return textOf(() => root?.stack) ?? textOf(() => root?.message) ?? unreadable
}

/**
 * What identifies an error, in one of our own. Drivers hang commands, statements and arguments on theirs, hashes among
 * them: nothing of that is taken over.
 */
export function copyOf(error: unknown): Error {
  const [first = { message: undefined }] = chainOf(error)
  const copy = new Error(textOf(() => first.message) ?? unreadable)
  const [name, stack, code] = [textOf(() => first.name), textOf(() => first.stack), textOf(() => first.code)]
  return Object.assign(copy, name && { name }, stack && { stack }, code && { code })
}

const unreadable = 'an error that cannot be read'

/** Without the list of files that Node puts below some messages. */
function sentence(message: string): string {
  const [told = ''] = message.split('\nRequire stack:', 1)
  return /[.!?:]$/.test(told) ? told : `${told}.`
}

interface Readable {
  readonly name?: unknown
  readonly code?: unknown
  readonly message: unknown
  readonly stack?: unknown
  readonly cause?: unknown
}

/** An error and its causes, at most five. Other values are described like one. */
function chainOf(error: unknown): readonly Readable[] {
  const chain: Readable[] = []
  try {
    for (let each = error; isError(each) && chain.length < 5 && !chain.includes(each); each = each.cause) {
      chain.push(each)
    }
  } catch {
    // A getter of a foreign error threw: what was read until then is told.
  }
  if (chain.length > 0) return chain
  // As in `Promise.reject('no connection')`.
  if (typeof error === 'string' && error !== '') return [{ message: error }]
  return [{ message: `a value that is not an Error was thrown (${typeof error}).` }]
}

/** Also an error of another realm, such as a test runner's. */
function isError(value: unknown): value is Readable {
  return value instanceof Error || types.isNativeError(value)
}

function textOf(read: () => unknown): string | undefined {
  try {
    const text = read()
    return typeof text === 'string' && text !== '' ? text : undefined
  } catch {
    return undefined
  }
}
