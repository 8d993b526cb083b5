import { type Problem, problem } from '../problems/problem.ts'

/** What a body that cannot be read is to its sender. */
export const unreadable: Readonly<Record<'tooLarge' | 'notUtf8' | 'notReadable', Problem>> = {
  tooLarge: problem('payload_too_large'),
  notUtf8: malformed('The body is not UTF-8.'),
  notReadable: malformed('The body could not be read to its end.'),
}

/** A body that is not as it must be. */
export function malformed(message: string): Problem {
  return problem('malformed_request', { errors: [{ pointer: '', message }] })
}

/** The media type, without its parameters, in lower case; empty for none. */
export function mediaTypeOf({ headers }: Pick<Request, 'headers'>): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1)
  return type.trim().toLowerCase()
}

/** Parses JSON that must be an object; undefined for anything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}
