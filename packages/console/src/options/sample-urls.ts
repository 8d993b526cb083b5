import { ConfigurationError, type PermissionCatalogue } from '@claviger/core'

/** What the snippets call, by the permission that it needs. @throws {ConfigurationError} for one that is not declared */
export function parseSampleUrls(
  urls: Readonly<Record<string, string>>,
  permissions: PermissionCatalogue,
): readonly (readonly [permission: string, url: string])[] {
  const declared: readonly string[] = permissions.names
  const pairs = Object.entries(urls)
  const stray = pairs.find(([name]) => !declared.includes(name))
  if (stray !== undefined) {
    throw new ConfigurationError(
      'snippets.urls',
      `snippets.urls has "${stray[0]}", which is not a declared permission. Wildcards are not allowed here.`,
    )
  }
  return pairs
}
