import type { KeyStore } from '@claviger/core/store'
import type { StoreContractOptions, StoreUnderTest } from './options.ts'

/** What a store or its harness may lack. */
type OptionalMethods = Required<Omit<KeyStore, 'find' | 'list' | 'commit'>> &
  Required<Pick<StoreUnderTest, 'second' | 'reopen' | 'writeRaw'>>
type OptionalMethod = keyof OptionalMethods

/** What a test of the contract is given. */
export interface ContractContext {
  readonly store: KeyStore
  /** Hands out optional methods. Where one is absent, the test ends here and is reported as skipped. */
  readonly need: <Name extends OptionalMethod>(...names: readonly Name[]) => Pick<OptionalMethods, Name>
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
export function runGroup({ title, define }: ContractGroup, options: StoreContractOptions): void {
  options.runner.describe(title, () => {
    define((testTitle, body) => {
      options.runner.test(testTitle, async (...context) => {
        const made = await options.makeStore()
        try {
          await body({ store: made.store, need: (...names) => pick(made, names) })
        } catch (error) {
          if (!(error instanceof SkippedError)) throw error
          reportSkipped(context[0], `${options.name}: ${title}: ${testTitle}`, error.message)
        } finally {
          await made.close()
        }
      })
    })
  })
}

function pick<Name extends OptionalMethod>(made: StoreUnderTest, names: readonly Name[]): Pick<OptionalMethods, Name> {
  const picked: Record<string, unknown> = {}
  for (const name of names) {
    const owner: object = isOfHarness(name) ? made : made.store
    const method: unknown = Reflect.get(owner, name)
    if (typeof method !== 'function')
      throw new SkippedError(`${isOfHarness(name) ? 'makeStore' : 'the store'} gives no ${name}()`)
    picked[name] = method.bind(owner)
  }
  return picked as Pick<OptionalMethods, Name>
}

function isOfHarness(name: OptionalMethod): boolean {
  return name === 'second' || name === 'reopen' || name === 'writeRaw'
}

/** By the runner's own means where it has any (vitest, `node:test`), else by a warning: never silently. */
function reportSkipped(context: unknown, test: string, reason: string): void {
  if (canSkip(context)) context.skip(reason)
  else process.emitWarning(`${test} (${reason})`, 'StoreContractWarning')
}

// vitest's context is a function with properties.
function canSkip(context: unknown): context is { skip(reason: string): void } {
  const skip: unknown = Object(context) === context ? Reflect.get(context as object, 'skip') : undefined
  return typeof skip === 'function'
}
