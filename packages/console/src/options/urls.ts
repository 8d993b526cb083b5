import { ConfigurationError } from '@claviger/core'

/** A URL that a link may lead to: `https:`, `http:`, `mailto:`, or one within the site. */
export function parseUrl(option: string, url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  if (
    typeof url === 'string' &&
    /^(?:https?:\/\/|mailto:|\/(?!\/)|\.{0,2}\/?[\w-])/.test(url) &&
    !/^\w+:(?<!https?:|mailto:)/.test(url)
  ) {
    return url
  }
  throw new ConfigurationError(option, `Expected ${option} to be a path such as "/home", or an http or https URL.`)
}

/** The path of the console as browsers see it. */
export function parsePublicPath(path: string | undefined): string | undefined {
  if (path === undefined || (typeof path === 'string' && /^\/(?!\/)[\w\-./~%]*$/.test(path))) return path
  throw new ConfigurationError('publicPath', 'Expected publicPath to be a path such as "/settings/api-keys".')
}
