import { ConfigurationError } from '../errors.ts'
import type { PermissionCatalogue } from '../permissions/catalogue.ts'
import type { Requirement } from './verdict.ts'

const known = ['permission', 'permissions', 'anyPermission', 'workspaceId', 'environments', 'carrier']

/**
 * Reads what a caller of `verify` asks of the key. A requirement that everybody meets, or nobody, is a slip of the pen,
 * and so is one that is not there: `{ workspaceId: undefined }` must not let every workspace in.
 *
 * @throws {ConfigurationError} naming what is wrong
 */
export function checkedRequirement(
  context: object = {},
  catalogue: PermissionCatalogue,
  environments: readonly string[],
): Requirement {
  for (const [name, value] of Object.entries(context)) {
    if (!known.includes(name)) {
      throw new ConfigurationError(name, `verify knows no requirement "${name}". Known: ${known.join(', ')}.`)
    }
    if (value === undefined)
      throw new ConfigurationError(name, `The requirement "${name}" is undefined. Leave it out, or say it.`)
  }
  const {
    permission,
    permissions,
    anyPermission,
    workspaceId,
    environments: wanted,
  } = context as Readonly<Record<string, unknown>>
  if (workspaceId !== undefined && (typeof workspaceId !== 'string' || workspaceId === '')) {
    throw new ConfigurationError(
      'workspaceId',
      `Expected workspaceId to be a text that is not empty, got ${typeof workspaceId}.`,
    )
  }
  const isDeclared = (name: string): boolean => catalogue.has(name)
  const isEnvironment = (name: string): boolean => environments.includes(name)
  const required = [
    ...(permissions === undefined ? [] : names('permissions', permissions, isDeclared)),
    ...(permission === undefined ? [] : names('permission', [permission], isDeclared)),
  ]
  return {
    ...(workspaceId !== undefined && { workspaceId }),
    ...(wanted !== undefined && { environments: names('environments', wanted, isEnvironment) }),
    ...(required.length > 0 && { permissions: required }),
    ...(anyPermission !== undefined && { anyPermission: names('anyPermission', anyPermission, isDeclared) }),
  }
}

function names(option: string, value: unknown, isDeclared: (name: string) => boolean): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new ConfigurationError(option, `Expected ${option} to be a list of at least one name.`)
  }
  return Array.from(value as readonly unknown[], (name) => {
    if (typeof name === 'string' && isDeclared(name)) return name
    throw new ConfigurationError(
      option,
      `${typeof name === 'string' ? `"${name}"` : typeof name} in ${option} is not declared.`,
    )
  })
}
