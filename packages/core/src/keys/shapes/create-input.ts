import { parseAddressList } from '../../addresses/parse-list.ts'
import { ValidationError } from '../../errors/errors.ts'
import type { Duration } from '../../input/duration.ts'
import type { PermissionCatalogue } from '../../permissions/catalogue.ts'
import type { Owner } from '../../store/records.ts'
import type { Selection } from '../../restrictions/selection.ts'
import { oneOrMany, ownFields, parseGrants, parseOwner } from './checks.ts'
import { wantedEnd } from './expiry.ts'
import type { FreeText } from './free-text.ts'
import type { CreateKeyInput } from './inputs.ts'
import { newSelection } from './resources.ts'

/** A checked `create` input; what was left out is undefined. */
export interface CheckedCreate {
  readonly name: string
  readonly environment: string
  readonly description: string | null
  readonly permissions: readonly string[] | undefined
  readonly resources: Selection
  readonly owner: Owner | undefined
  readonly expiresAt: number | null | undefined
  /** As asked: the end that follows from it is another a moment later. */
  readonly expiresIn: Duration | undefined
  readonly metadata: Readonly<Record<string, string>>
  readonly allowedAddresses: readonly string[] | undefined
}

/** What the rules for input depend on. */
export interface InputRules {
  readonly permissions: PermissionCatalogue
  /** The declared types of resources. */
  readonly resources: readonly string[]
  /** What keys are made of. */
  readonly environments: readonly string[]
  readonly freeText: FreeText
}

const fields: readonly (keyof CreateKeyInput)[] = [
  'name',
  'environment',
  'description',
  'permissions',
  'resources',
  'owner',
  'expiresAt',
  'expiresIn',
  'metadata',
  'allowedAddresses',
]

/** Checks what `create` was given, at the instant `now`. Pure. @throws {ValidationError} naming the field */
export function parseCreate(
  given: CreateKeyInput,
  { permissions, resources, environments, freeText }: InputRules,
  now: number,
): CheckedCreate {
  const input = ownFields<CreateKeyInput>('create', given, fields)
  return {
    name: freeText.name(input.name),
    environment: parseEnvironment(input.environment, environments),
    description: freeText.description(input.description),
    permissions: input.permissions === undefined ? undefined : parseGrants(input.permissions, permissions),
    resources: newSelection(input, resources, freeText),
    owner: input.owner === undefined ? undefined : parseOwner(input.owner),
    expiresAt: wantedEnd(input, now),
    expiresIn: input.expiresIn,
    metadata: freeText.metadata(input.metadata ?? {}),
    allowedAddresses:
      input.allowedAddresses === undefined ? undefined : parseAddressList('allowedAddresses', input.allowedAddresses),
  }
}

/** Checks that an environment is declared. */
export function parseEnvironment(environment: unknown, environments: readonly string[]): string {
  const declared = environments.find((candidate) => candidate === environment)
  if (declared !== undefined) return declared
  throw new ValidationError('environment', `Expected environment to be one of ${environments.join(', ')}.`)
}

/** Checks one or several environments that a key is looked for in. */
export function parseEnvironments(environment: unknown, environments: readonly string[]): readonly string[] {
  return oneOrMany('environment', environment, (each) => parseEnvironment(each, environments))
}
