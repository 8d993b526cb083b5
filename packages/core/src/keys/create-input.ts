import { ValidationError } from '../errors.ts'
import type { PermissionCatalogue } from '../permissions/catalogue.ts'
import type { Owner } from '../store/records.ts'
import type { TokenGrammar } from '../token/grammar.ts'
import { checkedDescription, checkedGrants, checkedMetadata, checkedName, checkedOwner, checkFields } from './checks.ts'
import { wantedEnd } from './expiry.ts'
import type { CreateKeyInput } from './inputs.ts'

/** A checked `create` input; what was left out is undefined. */
export interface CheckedCreate {
  readonly name: string
  readonly environment: string
  readonly description: string | null
  readonly permissions: readonly string[] | undefined
  readonly owner: Owner | undefined
  readonly expiresAt: number | null | undefined
  readonly metadata: Readonly<Record<string, string>>
}

/** What the rules for input depend on. */
export interface InputRules {
  readonly permissions: PermissionCatalogue
  readonly grammar: Pick<TokenGrammar, 'environments'>
}

const fields: readonly (keyof CreateKeyInput)[] = [
  'name',
  'environment',
  'description',
  'permissions',
  'owner',
  'expiresAt',
  'expiresIn',
  'metadata',
]

/** Checks what `create` was given, at the instant `now`. Pure. @throws {ValidationError} naming the field */
export function checkedCreate(input: CreateKeyInput, { permissions, grammar }: InputRules, now: number): CheckedCreate {
  checkFields('create', input, fields)
  return {
    name: checkedName(input.name),
    environment: checkedEnvironment(input.environment, grammar.environments),
    description: checkedDescription(input.description),
    permissions: input.permissions === undefined ? undefined : checkedGrants(input.permissions, permissions),
    owner: input.owner === undefined ? undefined : checkedOwner(input.owner),
    expiresAt: wantedEnd(input, now),
    metadata: checkedMetadata(input.metadata ?? {}),
  }
}

/** Checks that an environment is declared. */
export function checkedEnvironment(environment: unknown, environments: readonly string[]): string {
  const declared = environments.find((candidate) => candidate === environment)
  if (declared !== undefined) return declared
  throw new ValidationError('environment', `Expected environment to be one of ${environments.join(', ')}.`)
}
