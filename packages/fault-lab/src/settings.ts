import { argon2id, definePermissions, hmacSha256, type Hasher, type KeyringSettings } from '@claviger/core'
import type { LabHasher, LabSettings } from './protocol.ts'

/** Options of a keyring, from what the lab was asked to deploy. */
export function settingsOf({
  prefix = 'lab',
  permissions = { lab: ['use'] },
  hasher = { algorithm: 'hmac-sha256', pepper: { id: 'default', secret: 'a pepper for the lab, 32 characters' } },
  ...others
}: LabSettings): Omit<KeyringSettings, 'store'> {
  return { ...others, prefix, permissions: definePermissions(permissions), hasher: hasherOf(hasher) }
}

function hasherOf({ algorithm, pepper, ...others }: LabHasher): Hasher {
  if (algorithm === 'argon2id') return argon2id({ ...others, ...(pepper && { pepper }) })
  if (pepper === undefined) throw new Error('hmac-sha256 needs a pepper')
  return hmacSha256({ ...others, pepper })
}
