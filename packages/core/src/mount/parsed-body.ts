import { isObject } from '../input/plain-fields.ts'
import type { ParsedBody } from './node-exchange.ts'

/** A body that the host had read. */
export interface ReadBody {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** It is what was sent, byte for byte, apart from its compression. */
  readonly isExact: boolean
}

const maxDepth = 64

/**
 * Writes a body again from what the host's parser made of it. Undefined when nothing was left.
 *
 * @throws {TypeError} for what no parser makes
 */
export function bodyOf({ rawBody, body }: ParsedBody, contentType: string): ReadBody | undefined {
  const raw = bytesIn(rawBody) ?? bytesIn(body)
  if (raw !== undefined) return { bytes: raw, isExact: true }
  if (body === undefined || typeof body === 'function' || typeof body === 'symbol') return undefined
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType.trim())
  const text = isForm && isObject(body) ? formOf(body) : JSON.stringify(body)
  return { bytes: encoded(text), isExact: false }
}

function bytesIn(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (value instanceof Uint8Array) return new Uint8Array(value)
  return typeof value === 'string' ? encoded(value) : undefined
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** In the notation that parsers read nested fields from: `a[b]=1`. */
function formOf(fields: Readonly<Record<string, unknown>>): string {
  const pairs = new URLSearchParams()
  const add = (name: string, value: unknown, depth: number): void => {
    if (depth > maxDepth) throw new TypeError('A form has fields that are nested too deep.')
    if (Array.isArray(value)) {
      for (const [index, each] of value.entries()) add(isObject(each) ? `${name}[${index}]` : name, each, depth + 1)
    } else if (isObject(value)) {
      for (const [key, each] of Object.entries(value)) add(`${name}[${key}]`, each, depth + 1)
    } else pairs.append(name, textOf(value))
  }
  for (const [name, value] of Object.entries(fields)) add(name, value, 0)
  return pairs.toString()
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
