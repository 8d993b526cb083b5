import { isClavigerError } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'

/** Reads a part of a page that the page can do without: `notSupported` by the store, or `unavailable` just now. */
export async function attempt<Value>(
  visit: Visit,
  what: string,
  read: () => Promise<Value>,
): Promise<Value | 'notSupported' | 'unavailable'> {
  try {
    return await read()
  } catch (error) {
    if (isClavigerError(error) && error.code === 'ERR_CLAVIGER_NOT_SUPPORTED') return 'notSupported'
    visit.settings.onError(error, what, visit.requestId)
    return 'unavailable'
  }
}
