import type { KeyStore } from '@claviger/core/store'
import type { OptionalMethod, StoreContractOptions, StoreUnderTest } from './options.ts'

/** What is done to the server; hooks of the options. */
export interface Hooks {
  demote(): Promise<() => Promise<void>>
  lose(): Promise<void>
}

/** What a store or its harness may lack. */
type OptionalMethods = Required<Omit<KeyStore, 'find' | 'list' | 'commit'>> &
  Required<Pick<StoreUnderTest, 'second' | 'reopen' | 'writeRaw'>>

type Needed = OptionalMethod | keyof Hooks

/** What a test of the contract is given. */
export interface ContractContext {
  readonly store: KeyStore
  /** Hands out optional methods. Where one is absent, the test ends here and is reported as skipped. */
  readonly need: <Name extends Needed>(...names: readonly Name[]) => Pick<OptionalMethods & Hooks, Name>
}

/** Defines one test of a group. */
export type DefineTest = (title: string, body: (context: ContractContext) => Promise<void>) => void

/** One subject of the contract. */
export interface ContractGroup {
  readonly title: string
  readonly define: (test: DefineTest) => void
}

class SkippedError extends Error {}

/** Hands a group to the test runner. Every test gets a store of its own, and closes it whatever happens. */
export function runGroup<Made extends StoreUnderTest>(
  { title, define }: ContractGroup,
  options: StoreContractOptions<Made>,
): void {
  const { describe, test } = options.runner
  const leavesOut = new Set<string>([
    ...(options.leavesOut ?? []),
    ...(['demote', 'lose'] as const).filter((hook) => options[hook] === undefined),
  ])
  describe(title, () => {
    define((testTitle, body) => {
      if (needsOf(body).some((name) => leavesOut.has(name))) {
        test.skip?.(testTitle, async () => {})
        return
      }
      test(testTitle, async (...context) => {
        const made = await options.makeStore()
        try {
          await body({ store: made.store, need: (...names) => pick(made, hooksOn(made, options), names) })
        } catch (error) {
          if (!(error instanceof SkippedError)) throw error
          skip(context[0], error.message)
        } finally {
          await made.close()
        }
      })
    })
  })
}

/** What a test asks for, which it does before anything else. */
function needsOf(body: (context: ContractContext) => Promise<void>): readonly Needed[] {
  const asked: Needed[] = []
  const stop = (): never => {
    throw new SkippedError('only asked')
  }
  const store = new Proxy({} as KeyStore, { get: stop })
  const need = (...names: readonly Needed[]): never => {
    asked.push(...names)
    return stop()
  }
  body({ store, need }).catch(() => {})
  return asked
}

/** Whether a store and its harness have a method. */
export function has(made: StoreUnderTest, name: OptionalMethod): boolean {
  return typeof Reflect.get(isOfHarness(name) ? made : made.store, name) === 'function'
}

function hooksOn<Made extends StoreUnderTest>(made: Made, options: StoreContractOptions<Made>): Hooks {
  return {
    demote: async () => (await options.demote?.(made)) ?? (async () => {}),
    lose: async () => options.lose?.(made),
  }
}

function pick<Name extends Needed>(
  made: StoreUnderTest,
  hooks: Hooks,
  names: readonly Name[],
): Pick<OptionalMethods & Hooks, Name> {
  const picked: Record<string, unknown> = {}
  for (const name of names) {
    if (name === 'demote' || name === 'lose') {
      picked[name] = Reflect.get(hooks, name)
      continue
    }
    if (!has(made, name)) throw new SkippedError(`${isOfHarness(name) ? 'makeStore' : 'the store'} gives no ${name}()`)
    const owner: object = isOfHarness(name) ? made : made.store
    picked[name] = Reflect.get(owner, name).bind(owner)
  }
  return picked as unknown as Pick<OptionalMethods & Hooks, Name>
}

function isOfHarness(name: OptionalMethod): boolean {
  return name === 'second' || name === 'reopen' || name === 'writeRaw'
}

/** By the runner's own means where it has any (vitest, `node:test`); elsewhere what is absent must be listed. */
function skip(context: unknown, reason: string): void {
  // vitest's context is a function with properties.
  const own: unknown = Object(context) === context ? Reflect.get(context as object, 'skip') : undefined
  if (typeof own !== 'function') {
    throw new Error(`${reason}, and this runner's tests cannot skip themselves. Name it in the option \`leavesOut\`.`)
  }
  Reflect.apply(own, context, [reason])
}
