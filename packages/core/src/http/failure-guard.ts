import type { Door } from '../door.types.ts'
import { ConfigurationError } from '../errors/errors.ts'
import { isThenable } from '../input/thenable.ts'
import type { LimitResult } from '../limits/limiter.types.ts'
import { clientNetwork } from './client-network.ts'
import { type Decide, type Decision, passOn } from './decision.ts'
import { type Denials } from './denial.ts'
import { noteFailures } from './failures.ts'
import { limitDenial } from './limit-guard.ts'
import { limitHeaders } from './limit-headers.ts'
import { takeName } from './limit-names.ts'
import { readFailureOptions } from './limit-options.ts'
import { askLimiter } from '../limits/ask-limiter.ts'
import { createReporter, publishDenied } from './reporting.ts'

/** Who is remembered as having used up a limit: as much as a busy attack has, in a few megabytes. */
const mostBlocked = 10_000
const longestSubject = 256

/**
 * Makes what counts failed authentications, to be mounted before `authenticate()`. Whether a limit is used up is known
 * here, from the last failure that this process counted: requests ask the limiter nothing.
 *
 * @param addressOf who asks, unless the options say it
 */
export function createFailureGuard<Host>(
  door: Door,
  denials: Denials,
  addressOf: (host: Host) => unknown,
): (options: unknown) => Decide<Host> {
  const [prefix] = door.grammar.prefixes
  const { clock } = door

  return (options) => {
    const { limiter, limit, by, name } = readFailureOptions(options, addressOf)
    takeName(door, limiter, name, options)
    const guard = `auth.limitFailures() "${name}"`
    const reporter = createReporter(door.redact)
    // Until when, on the monotonic clock, by counter; in the order of entry.
    const blocked = new Map<string, number>()

    const limiterFailed = (error: unknown): void =>
      reporter.fault('CLAVIGER_LIMITER_FAILED', guard, 'the limiter failed; this failure was not counted.', error)
    const learn = (counter: string, result: LimitResult | undefined): void => {
      if (result === undefined || (result.isAllowed && result.remaining > 0)) return
      blocked.delete(counter)
      for (const oldest of blocked.keys()) {
        if (blocked.size < mostBlocked) break
        blocked.delete(oldest)
      }
      blocked.set(counter, clock.monotonic() + result.resetMs)
    }
    const count = (counter: string): void => {
      const result = askLimiter(clock, () => limiter.consume(counter, 1, limit, ''), limiterFailed)
      if (isThenable(result)) void result.then((late) => learn(counter, late))
      else learn(counter, result)
    }
    const deny = (code: 'guard_failed'): Decision => {
      const denial = denials.of({ code })
      publishDenied(denial, undefined)
      return { type: 'deny', denial }
    }

    const tellUnknown = (error: unknown): void => {
      if (error instanceof ConfigurationError) {
        reporter.fault('CLAVIGER_CLIENT_ADDRESS', guard, `${error.message} The request was answered 500.`)
        return
      }
      const what = 'it does not know who asks; the request was answered 500.'
      reporter.fault('CLAVIGER_GUARD_FAILED', guard, what, error)
    }

    return (request, host) => {
      let counter: string
      try {
        counter = `${prefix}:${name}:${limit.per}:client:${subjectOf(by(host))}`
      } catch (error) {
        tellUnknown(error)
        return deny('guard_failed')
      }
      const until = blocked.get(counter)
      if (until !== undefined) {
        const resetMs = until - clock.monotonic()
        if (resetMs > 0) {
          const denial = limitDenial(denials, limitHeaders(name, limit, { isAllowed: false, remaining: 0, resetMs }))
          publishDenied(denial, undefined)
          return { type: 'deny', denial }
        }
        blocked.delete(counter)
      }
      noteFailures(request, () => count(counter))
      return passOn
    }
  }
}

function subjectOf(subject: unknown): string {
  if (typeof subject === 'string' && subject !== '' && subject.length <= longestSubject) return clientNetwork(subject)
  throw new TypeError(`Expected by to return a text of 1 to ${longestSubject} characters, such as an address.`)
}
