import { type Product, seed } from '../seed.ts'
import { nameOf } from '../team.ts'
import type { KeyStore } from '@claviger/core/store'
import { createPromptsKeyring, type Permission, permissionsOf } from './keyring.ts'

const product: Product<Permission> = {
  keyringOn: createPromptsKeyring,
  // Someone who left could do what the default allows.
  permissionsOf: (userId) => permissionsOf('acme', userId) ?? ['prompts:*', 'context:download'],
}

/** Gives workspace acme a history: keys of months, and 90 days of usage. Your application has its own. */
export function tellStory(store: KeyStore): Promise<void> {
  return seed(store, product)
}

/** Names of the people in it. */
export function namesOf(ids: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(ids.map((id) => [id, nameOf(id) ?? id]))
}
