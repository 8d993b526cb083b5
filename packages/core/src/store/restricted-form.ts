import { CorruptRecordError } from '../errors/errors.ts'
import type { KeyRecord, SecretRecord } from './records.ts'
import { object } from './shape.ts'

/*
 * A process of the first version reads none of what restricts a key, and would accept it without. So a restricted key is
 * stored in a form that such a process can show, but neither accept nor change: its secrets are of a version that no
 * verified key has, and under a pepper that no keyring can have, which is answered with 503; and its revision is the
 * highest there is, so that no change of the key can follow. What is hidden stands beside it, with the restrictions.
 */
const highest = Number.MAX_SAFE_INTEGER
// With a colon: no pepper that a host configures has such an id.
const noPepper = 'claviger:restricted'
// Of a key whose restrictions are gone. No version knows a restriction of this name.
const lost: readonly string[] = Object.freeze(['lost'])

type Row = Readonly<Record<string, unknown>>

/**
 * The revision in the text of a record, which is not that of the record where the key is restricted. For stores that keep it
 * in a column as well.
 */
export function storedRevision({ restrictions, revision }: Pick<KeyRecord, 'restrictions' | 'revision'>): number {
  return restrictions.length === 0 ? revision : highest
}

/** The form in which a restricted key is stored. */
export function restrictedForm(record: KeyRecord): object {
  const { revision, secrets, restrictions, allowedAddresses, resources, ...plain } = record
  return {
    ...plain,
    revision: storedRevision(record),
    secrets: secrets.map((secret): SecretRecord => ({ ...secret, version: highest, pepperId: noPepper })),
    restricted: {
      revision,
      secrets: secrets.map(({ version, pepperId }) => ({ version, pepperId })),
      restrictions,
      allowedAddresses,
      resources,
    },
  }
}

/** The fields of a key, whatever the form in which they are stored. @throws {CorruptRecordError} */
export function fieldsOfRow(row: Row): Row {
  const { restricted, secrets: shown } = row
  if (!Object.hasOwn(row, 'restricted')) return isBereft(row) ? { ...row, revision: 1, restrictions: lost } : row
  const { revision, secrets, restrictions, allowedAddresses, resources } = object(restricted, 'restricted')
  const isSound =
    row.revision === highest && Array.isArray(shown) && Array.isArray(secrets) && shown.length === secrets.length
  if (!isSound) throw new CorruptRecordError('restricted', 'what belongs to a restricted key')
  if (!Array.isArray(restrictions) || restrictions.length === 0) {
    throw new CorruptRecordError('restrictions', 'a list that is not empty')
  }
  const whole = shown.map((secret: unknown, index) => {
    const { version, pepperId } = object(secrets[index], 'restricted')
    return { ...object(secret, 'secrets'), version, pepperId }
  })
  return { ...row, revision, secrets: whole, restrictions, allowedAddresses, resources }
}

/** Whether a process of the first version has written over a restricted key, and so dropped its restrictions. */
function isBereft({ restrictions, secrets }: Row): boolean {
  return restrictions === undefined && Array.isArray(secrets) && secrets.some((secret) => secret?.pepperId === noPepper)
}
