import { UnavailableError } from '../errors/errors.ts'
import type { Change } from './store.ts'

/**
 * For stores: refuses a change that is meant for another store than this one, as after the data were lost or exchanged.
 * Call it before anything is written, or where what was written is rolled back.
 *
 * @param storeId of the store's head; undefined where it has none
 * @throws {UnavailableError} when the change names another store
 *
 * @example
 * requireMeantFor(change, head.storeId)
 */
export function requireMeantFor({ storeId: meant }: Pick<Change, 'storeId'>, storeId: string | undefined): void {
  if (meant === undefined || meant === storeId) return
  throw new UnavailableError(
    'store',
    `The change is meant for the store ${meant}, and this is ${storeId ?? 'one without a head'}. ` +
      'Was it emptied, or replaced? Restore the data, or restart the process if the new store is meant.',
  )
}
