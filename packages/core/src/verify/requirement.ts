import { ConfigurationError } from '../errors/errors.ts'
import { nearest } from '../input/nearest.ts'
import { bare, plainFields } from '../input/plain-fields.ts'
import { kindOf, describeValue } from '../input/describe-value.ts'
import type { PermissionCatalogue } from '../permissions/catalogue.ts'
import { readIds } from '../restrictions/read-ids.ts'
import type { Requirement } from '../verification/verification.ts'

/** What may be asked of a key in one way or another. */
interface WantedRequirement extends Omit<Requirement, 'environments'> {
  readonly permission?: string
  readonly environment?: string | readonly string[]
}

/** What decides whether names are declared. */
export interface Declared {
  readonly permissions: PermissionCatalogue
  readonly environments: readonly string[]
  /** The types of resources. */
  readonly resources: readonly string[]
}

const names = ['permission', 'permissions', 'anyPermission', 'workspaceId', 'environment', 'resources'] as const

/**
 * Parses a requirement: what a caller demands of a key.
 *
 * @param call the caller, for errors
 * @throws {ConfigurationError} for an empty list, an undeclared name, or an explicit `undefined`: `{ workspaceId:
 * undefined }` must not let every workspace in
 */
export function parseRequirement(call: string, wanted: unknown, rules: Declared): Requirement {
  const { permissions, environments } = rules
  const fields = plainFields<WantedRequirement>(wanted, names, {
    call,
    noun: 'requirement',
    refuse: (name = 'requirement', message) => new ConfigurationError(name, message),
  })
  const undefinedName = names.find((name) => name in fields && fields[name] === undefined)
  if (undefinedName !== undefined) {
    throw new ConfigurationError(
      undefinedName,
      `The requirement "${undefinedName}" is undefined. Leave it out, or say it.`,
    )
  }
  const isDeclared = (name: string): boolean => permissions.has(name)
  const isEnvironment = (name: string): boolean => environments.includes(name)
  const { permission, permissions: all, anyPermission: anyOf, workspaceId, environment, resources } = fields
  const required = [
    ...(all === undefined ? [] : declared('permissions', all, isDeclared, permissions.names)),
    ...(permission === undefined ? [] : declared('permission', [parseOne(permission)], isDeclared, permissions.names)),
  ]
  return bare<Requirement>({
    ...(workspaceId !== undefined && { workspaceId: parseWorkspace(workspaceId) }),
    ...(environment !== undefined && {
      environments: declared('environment', listOf(environment), isEnvironment, environments),
    }),
    ...(required.length > 0 && { permissions: required }),
    ...(anyOf !== undefined && { anyPermission: declared('anyPermission', anyOf, isDeclared, permissions.names) }),
    ...(resources !== undefined && {
      resources: readIds(resources, rules.resources, (name, message) => new ConfigurationError(name, message)),
    }),
  })
}

/** As `parseRequirement`, where a requirement is mandatory: an empty one would pass every key. */
export function parseDemand(call: string, wanted: unknown, rules: Declared): Requirement {
  const requirement = parseRequirement(call, wanted, rules)
  if (Object.keys(requirement).length > 0) return requirement
  throw new ConfigurationError(
    'requirement',
    `${call} needs at least one of ${names.join(', ')}: without one it passes every key.`,
  )
}

/** One or many, as a list. */
function listOf(value: unknown): unknown {
  return typeof value === 'string' ? [value] : value
}

function parseOne(permission: unknown): unknown {
  if (!Array.isArray(permission)) return permission
  throw new ConfigurationError('permission', 'Expected permission to be one; for several write permissions: [...].')
}

function parseWorkspace(workspaceId: unknown): string {
  if (typeof workspaceId === 'string' && workspaceId !== '') return workspaceId
  const got = workspaceId === '' ? 'an empty one' : kindOf(workspaceId)
  throw new ConfigurationError('workspaceId', `Expected workspaceId to be a text that is not empty, got ${got}.`)
}

function declared(
  option: string,
  value: unknown,
  isDeclared: (name: string) => boolean,
  known: readonly string[],
): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new ConfigurationError(option, `Expected ${option} to be a list of at least one name, got ${kindOf(value)}.`)
  }
  return Array.from(value as readonly unknown[], (name) => {
    if (typeof name === 'string' && isDeclared(name)) return name
    throw new ConfigurationError(
      option,
      `Expected ${option} to be declared, got ${describeValue(name)}${guess(name, known)}`,
    )
  })
}

function guess(name: unknown, known: readonly string[]): string {
  const meant = typeof name === 'string' ? nearest(name, known) : undefined
  return meant === undefined ? '.' : `, did you mean "${meant}"?`
}
