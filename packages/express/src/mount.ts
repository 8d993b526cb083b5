import { type Mountable, mount as mountOnNode, type MountMiddleware, type MountOptions } from '@claviger/core/mount'

/**
 * Mounts a handler of the Fetch API, such as a Hono app, below a path. It answers every request that it gets, never calls
 * `next` then, and works before and after body parsers.
 *
 * @example
 * app.use('/api/api-keys', mount(api))
 *
 * @param handler an object with `fetch(request)`, or such a function; its request's URL has the path below the mount
 * @throws {ConfigurationError} for an invalid handler or option
 */
export function mount(handler: Mountable, options?: MountOptions): MountMiddleware {
  return mountOnNode(handler, options)
}
