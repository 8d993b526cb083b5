import { ConflictError, ValidationError } from '../../errors/errors.ts'
import { ownFields } from '../shapes/checks.ts'
import type { ChangeOptions } from '../shapes/inputs.ts'

/** Checks the options of a change. @returns the revision that the record must have; undefined for any */
export function parseRevision(options: ChangeOptions): number | undefined {
  const { revision } = ownFields<ChangeOptions>('update', options, ['revision'])
  if (revision === undefined || (Number.isSafeInteger(revision) && revision >= 1)) return revision
  throw new ValidationError('revision', 'Expected revision to be the revision of the record as it was read.')
}

/** @throws {ConflictError} when the record is not the one the caller has seen */
export function requireRevision({ revision }: { readonly revision: number }, expected: number | undefined): void {
  if (expected === undefined || expected === revision) return
  throw new ConflictError(
    `Expected revision ${expected}, but it is ${revision} by now. Read it again, then repeat the change.`,
  )
}
