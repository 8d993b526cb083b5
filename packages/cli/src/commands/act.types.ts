import type { Handler } from './context.types.ts'

/** Makes a handler the action of a command. */
export type Act = <Flags extends object>(handler: Handler<Flags>) => (...received: readonly unknown[]) => Promise<void>
