/**
 * Mounts handlers of the Fetch API, such as Hono apps, on Node's servers and its frameworks. Express applications import
 * `mount` from `@claviger/express`, Koa applications from `@claviger/koa`.
 *
 * @module
 */

export { type Answer, type BodySource, ofTheBody } from './answer.ts'
export type { FetchFunction, FetchHandler, Mountable, MountHost } from './fetch-handler.ts'
export { mount, type MountMiddleware } from './mount.ts'
export { createMounted, type Mounted, type MountOptions } from './mounted.ts'
export type { Exchange, NodeRequest, NodeResponse, ParsedBody } from './node-exchange.ts'
