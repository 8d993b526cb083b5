import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import { ConfigurationError } from '../errors/errors.ts'
import type { Marks } from '../store/store.ts'

/** What a keyring is known by, on a store that it may share with others of its kind. */
export interface KeyringIdentity {
  /** The current prefix first. */
  readonly prefixes: readonly string[]
  /** The resources of its permissions. */
  readonly resources: readonly string[]
  /** Fingerprints of its peppers, by id. */
  readonly peppers: ReadonlyMap<string, string>
}

// What a store is asked to keep for us stays small, whatever a catalogue holds.
const maxResources = 32
const maxMarks = 500

/**
 * Compares a keyring with what others have written down in the store, and adds what is new of it. Usually one read; the
 * first start of a product, a prefix or a pepper also writes.
 *
 * @returns what looks wrong but is not certain, in words, or undefined
 * @throws {ConfigurationError} for a pepper that was exchanged under its id, or a store of another product
 * @throws {UnavailableError} when the store fails
 */
export async function compareMarks(
  store: Pick<BoundedStore, 'marks'>,
  mine: KeyringIdentity,
  allowSharedStore: boolean,
): Promise<string | undefined> {
  if (store.marks === undefined) return undefined
  let stored = await store.marks(new Map())
  let doubt: string | undefined
  // The product first: what a keyring that does not belong here would write must not block others.
  for (const proposal of [productMark, peppersAndPrefixes, resourceMarks]) {
    doubt = judged(stored, mine, allowSharedStore)
    const missing = new Map([...proposal(stored, mine)].filter(([name]) => !stored.has(name)))
    if (missing.size > 0) stored = await store.marks(missing)
  }
  judged(stored, mine, allowSharedStore)
  return doubt
}

function judged(stored: Marks, mine: KeyringIdentity, allowSharedStore: boolean): string | undefined {
  const problem = (allowSharedStore ? undefined : productProblem(stored, mine)) ?? pepperProblem(stored, mine)
  if (problem !== undefined) throw problem
  return allowSharedStore ? undefined : catalogueDoubt(stored, mine)
}

function productMark(_: Marks, { prefixes: [prefix = ''] }: KeyringIdentity): Marks {
  return new Map([['product', prefix]])
}

function peppersAndPrefixes(stored: Marks, mine: KeyringIdentity): Marks {
  const product = stored.get('product') ?? ''
  const peppers = [...mine.peppers].map(([id, fingerprint]) => [`pepper:${id}`, fingerprint] as const)
  const prefixes = belongs(stored, mine) ? mine.prefixes.map((prefix) => [`prefix:${prefix}`, product] as const) : []
  return new Map([...peppers, ...prefixes])
}

function resourceMarks(stored: Marks, mine: KeyringIdentity): Marks {
  const isFull = stored.size + maxResources > maxMarks
  if (isFull || !belongs(stored, mine) || catalogueDoubt(stored, mine) !== undefined) return new Map()
  return new Map(mine.resources.slice(0, maxResources).map((resource) => [`resource:${resource}`, '']))
}

/** A keyring is of the store's product when it knows the product's first prefix, or one that came to be used later. */
function belongs(stored: Marks, { prefixes }: KeyringIdentity): boolean {
  const product = stored.get('product')
  if (product === undefined) return true
  return prefixes.some((prefix) => prefix === product || stored.get(`prefix:${prefix}`) === product)
}

function productProblem(stored: Marks, mine: KeyringIdentity): ConfigurationError | undefined {
  if (belongs(stored, mine)) return undefined
  const [prefix] = mine.prefixes
  return new ConfigurationError(
    'prefix',
    `This store holds the keys of the product "${stored.get('product')}", and this keyring's prefix is "${prefix}": ` +
      "each would list and revoke the other's keys. Give this product a namespace, table prefix or file of its own. If " +
      `"${prefix}" is the new prefix of that product, pass previousPrefixes: ["${stored.get('product')}"]. If both are ` +
      'meant to share one store, pass allowSharedStore: true.',
  )
}

function pepperProblem(stored: Marks, { peppers }: KeyringIdentity): ConfigurationError | undefined {
  const changed = [...peppers].find(([id, fingerprint]) => (stored.get(`pepper:${id}`) ?? fingerprint) !== fingerprint)
  if (changed === undefined) return undefined
  const [id] = changed
  return new ConfigurationError(
    'pepper',
    `The pepper "${id}" is another secret than the one this store knows under that id. Every key made under it would be ` +
      'refused. Configure the secret as it was, to the byte: a line break at its end counts. To change the pepper, give ' +
      'the new one an id of its own and keep the old one in previousPeppers.',
  )
}

/** Catalogues change, so this is only odd: nothing in common with any keyring that was ever started on the store. */
function catalogueDoubt(stored: Marks, { resources }: KeyringIdentity): string | undefined {
  const known = [...stored.keys()].flatMap((name) => (name.startsWith('resource:') ? [name.slice(9)] : []))
  if (known.length === 0 || resources.length === 0 || resources.some((resource) => known.includes(resource))) {
    return undefined
  }
  return (
    `This store was used by keyrings with permissions for ${known.slice(0, 5).join(', ')}, and this keyring declares none ` +
    'of them. Does another product use the same store? Then give each a namespace, table prefix or file of its own; ' +
    "they list and revoke each other's keys. If it is meant, pass allowSharedStore: true."
  )
}
