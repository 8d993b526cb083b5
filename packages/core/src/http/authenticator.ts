import { isLimitedToAddresses } from '../verify/allowed-addresses.ts'
import type { Door } from '../door.types.ts'
import { isClavigerError } from '../errors/errors.ts'
import { bare } from '../input/plain-fields.ts'
import { isThenable } from '../input/thenable.ts'
import type { ReportFault } from '../reporting/faults.ts'
import type { Accepted, Verification } from '../verification/verification.ts'
import type { JudgeAddress } from './client-address.ts'
import { type Credential, type CredentialRules, type ParsedCredential, parseCredential } from './credential.ts'
import { askOther, type Decide, type Decision, pass, preflight } from './decision.ts'
import type { Denials } from './denial.ts'
import { countFailure } from './failures.ts'
import type { ResolvedOptions } from './options.ts'
import { isOthersFailure, othersOf } from './other-bearer.ts'
import { createReporter, publishCredentialInUrl, publishDenied } from './reporting.ts'
import { type HttpRequest, readField } from './request.ts'
import { isAbsence, type RequestState, requestStatesOf, type Unauthenticated } from './request-state.ts'
import type { HttpResponse } from './response.ts'
import { stripField } from './strip.ts'
import { createUses } from './uses.ts'

/** What an authenticator needs of the resolved options. */
export type AuthenticatorOptions = Pick<
  ResolvedOptions<never>,
  'header' | 'optional' | 'otherBearer' | 'stripCredential' | 'skipPreflight' | 'guarded'
> & {
  /** Where requests without a key are handed to an authenticator of the application: what tells it from others. */
  readonly asksOther?: object
}

/**
 * Makes what finds the credential of a request and has it verified. A key that is in memory is answered for in the same
 * tick. What was found is kept for the request: later authenticators and guards of the keyring go by it.
 *
 * @param judgeAddress asked for keys that work from some addresses only
 * @param callerAddress asked for each request with a credential, where it is kept who uses keys
 */
export function createAuthenticator<Host>(
  door: Door,
  options: AuthenticatorOptions,
  denials: Denials,
  judgeAddress: JudgeAddress<Host>,
  callerAddress?: (host: Host) => string | undefined,
): Decide<Host> {
  const { header, optional, otherBearer, stripCredential, skipPreflight, guarded, asksOther } = options
  const { grammar, tokenPattern, ours, expiryNoticeMs, clock, report } = door
  const isOthers = othersOf(door, asksOther !== undefined && otherBearer === 'refuse' ? 'pass' : otherBearer)
  const rules: CredentialRules = { header, grammar, tokenPattern, isImported: ours.isImported, isOthers }
  const reporter = createReporter(door.redact)
  const states = requestStatesOf(door)
  const beginUse = createUses(door)

  const decide = (request: HttpRequest, state: RequestState): Decision => {
    const { found } = state
    if (found.ok) {
      // Only the field that held the key: an `Authorization: Basic` beside it may be the application's own.
      if (stripCredential && state.fieldName !== undefined) stripField(request, state.fieldName)
      if (guarded) state.judgement ??= { isJudged: false, isWatched: false }
      return {
        type: 'pass',
        apiKey: found.apiKey,
        expires: noticeOf(found),
        judgement: guarded ? state.judgement : undefined,
        limits: undefined,
      }
    }
    if (asksOther !== undefined && isAbsence(found)) {
      // One that passed another authenticator of the application has not passed this one.
      return found.other?.by === asksOther ? admitted(state, guarded) : askOther
    }
    if (optional && isAbsence(found)) return pass
    const denial = denials.of(found)
    publishDenied(denial, found.keyId)
    if (denial.status === 401) countFailure(request)
    return { type: 'deny', denial }
  }
  // A secret that is being replaced is announced at once, an expiry some time before it.
  const noticeOf = ({ apiKey, endsAt }: Accepted): string | undefined =>
    endsAt !== null && (endsAt - expiryNoticeMs <= clock.now() || apiKey.secretEndsAt !== null)
      ? new Date(endsAt).toUTCString()
      : undefined

  const note = (request: HttpRequest, found: RequestState['found'], fieldName?: string): RequestState => {
    const state: RequestState = {
      request,
      found,
      fieldName,
      deniedBy: undefined,
      judgement: undefined,
      limits: undefined,
    }
    states.set(state)
    return state
  }
  const conclude = (request: HttpRequest, found: Unauthenticated): Decision => decide(request, note(request, found))
  const foundBy = (verification: Verification, host: Host): RequestState['found'] => {
    if (!verification.ok) return unauthenticated(verification)
    if (!isLimitedToAddresses(verification)) return verification
    const refused = judgeAddress(verification, host)
    if (refused === undefined) return verification
    return unauthenticated(refused === 'undecided' ? { code: 'guard_failed', keyId: verification.apiKey.id } : refused)
  }
  const concludeVerified = (
    request: HttpRequest,
    response: HttpResponse | undefined,
    verification: Verification,
    carrier: Credential['carrier'],
    host: Host,
    address: string | undefined,
  ): Decision | Promise<Decision> => {
    if (!verification.ok && isOthers !== undefined && carrier === 'bearer' && verification.code === 'malformed_key') {
      const beside = parseCredential(request, rules, true)
      if (beside.type !== 'credential' || beside.carrier !== 'bearer') return proceed(request, host, response, beside)
    }
    const found = foundBy(verification, host)
    const state = note(request, found, carrier === 'header' ? header : 'authorization')
    // For the count of uses: the key is good, and refused.
    if (!found.ok && found.code === 'address_not_allowed') state.deniedBy = { code: found.code }
    const decision = decide(request, state)
    beginUse?.(request, response, verification, state, address)
    return decision
  }
  const concludeLater = async (
    request: HttpRequest,
    response: HttpResponse | undefined,
    verifying: PromiseLike<Verification>,
    carrier: Credential['carrier'],
    host: Host,
    address: string | undefined,
  ): Promise<Decision> => {
    try {
      return await concludeVerified(request, response, await verifying, carrier, host, address)
    } catch (error) {
      return conclude(request, failure(error))
    }
  }
  const proceed = (
    request: HttpRequest,
    host: Host,
    response: HttpResponse | undefined,
    parsed: ParsedCredential,
  ): Decision | Promise<Decision> => {
    if (parsed.type !== 'credential') return conclude(request, reasonOf(parsed))
    const { carrier } = parsed
    const checked = door.check(carrier, parsed.field)
    // Now: once the client has left, its socket tells no address.
    const address = callerAddress?.(host)
    return isThenable(checked)
      ? concludeLater(request, response, checked, carrier, host, address)
      : concludeVerified(request, response, checked, carrier, host, address)
  }
  const failure = (error: unknown): Unauthenticated => {
    if (!isOthersFailure(error)) return unavailable(error, report)
    reporter.fault('CLAVIGER_GUARD_FAILED', 'otherBearer', 'it could not decide; the request was answered 500.', error)
    return unauthenticated({ code: 'guard_failed' })
  }

  const authenticate = (
    request: HttpRequest,
    host: Host,
    response: HttpResponse | undefined,
  ): Decision | Promise<Decision> => {
    const known = states.get(request)
    if (known !== undefined) return decide(request, known)
    if (skipPreflight && isPreflight(request)) return preflight
    const parsed = parseCredential(request, rules)
    publishCredentialInUrl(request, tokenPattern)
    return proceed(request, host, response, parsed)
  }

  return (request, host, response) => {
    try {
      return authenticate(request, host, response)
    } catch (error) {
      return conclude(request, failure(error))
    }
  }
}

/** Who another authenticator let pass, passes. Guards go by the same state. */
export function admitted(state: RequestState, guarded: boolean): Decision {
  if (guarded) state.judgement ??= { isJudged: false, isWatched: false }
  return { ...pass, judgement: guarded ? state.judgement : undefined }
}

/** Everything that is thrown is a server fault: never 401, or clients discard good keys. */
function unavailable(error: unknown, report: ReportFault): Unauthenticated {
  report(error, 'verify')
  const busy = isClavigerError(error) && error.code === 'ERR_CLAVIGER_BUSY'
  return unauthenticated({ code: busy ? 'verifier_busy' : 'temporarily_unavailable' })
}

function reasonOf(parsed: Exclude<ParsedCredential, Credential>): Unauthenticated {
  if (parsed.type === 'multiple') return unauthenticated({ code: 'multiple_credentials' })
  if (parsed.type === 'malformed') return unauthenticated({ code: 'malformed_key', hint: parsed.hint })
  const { hint, isAttempt } = bare(parsed)
  return unauthenticated({ code: 'missing_credentials', isAttempt, ...(hint === undefined ? {} : { hint }) })
}

/** What is left out of it is not inherited. */
function unauthenticated(reason: Omit<Unauthenticated, 'ok'>): Unauthenticated {
  const { code, hint, keyId, isAttempt } = bare(reason)
  return bare<Unauthenticated>({
    ok: false,
    code,
    ...(hint === undefined ? {} : { hint }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(isAttempt === undefined ? {} : { isAttempt }),
  })
}

function isPreflight(request: HttpRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    readField(request, 'origin').count > 0 &&
    readField(request, 'access-control-request-method').count > 0
  )
}
