import { isClavigerError } from '../errors/errors.ts'
import { bare } from '../input/plain-fields.ts'
import type { Keyring } from '../keyring.types.ts'
import { faultsOf, type ReportFault } from '../reporting/faults.ts'
import type { Accepted, Verification } from '../verification/verification.ts'
import { type Credential, type CredentialRules, type ParsedCredential, parseCredential } from './credential.ts'
import { type Decision, type Gate, pass, preflight } from './decision.ts'
import type { Denials } from './denial.ts'
import type { Judgement } from './guarded.ts'
import type { ResolvedOptions } from './options.ts'
import { type Outcome, outcomesOf, type Passed, type Refused } from './outcomes.ts'
import { publishCredentialInUrl, publishDenied } from './reporting.ts'
import { type HttpRequest, readField } from './request.ts'
import type { HttpResponse } from './response.ts'
import { stripField } from './strip.ts'
import { createUses } from './uses.ts'

/** What an authenticator needs of the resolved options. */
export type AuthenticatorOptions = Pick<
  ResolvedOptions<never>,
  'header' | 'optional' | 'stripCredential' | 'skipPreflight' | 'guarded'
>

/**
 * Makes the gate that finds the credential of a request and has it verified. A key that is in memory is answered for
 * in the same tick. The verdict is kept for the request: later authenticators and guards of the keyring go by it.
 */
export function createAuthenticator(keyring: Keyring, options: AuthenticatorOptions, denials: Denials): Gate<unknown> {
  const { header, optional, stripCredential, skipPreflight, guarded } = options
  const { tokenGrammar, tokenPattern } = keyring
  const rules: CredentialRules = { header, tokenGrammar, tokenPattern }
  const outcomes = outcomesOf(keyring)
  const report = faultsOf(keyring)
  const beginUse = createUses(keyring, outcomes)

  const decide = (request: HttpRequest, outcome: Outcome): Decision => {
    if (outcome.ok) {
      if (stripCredential) strip(request)
      const { apiKey } = outcome
      if (guarded) return { type: 'pass', apiKey, expires: noticeOf(outcome), judgement: judgementOn(request, outcome) }
      return { type: 'pass', apiKey, expires: noticeOf(outcome) }
    }
    if (optional && isAbsence(outcome)) return pass
    const denial = denials.of(outcome)
    publishDenied(denial, outcome.keyId)
    return { type: 'deny', denial }
  }
  const judgementOn = (request: HttpRequest, outcome: Passed): Judgement => {
    const judgement = outcome.judgement ?? { isJudged: false, isWatched: false }
    if (outcome.judgement === undefined) outcomes.set(request, { ...outcome, judgement })
    return judgement
  }
  const conclude = (request: HttpRequest, outcome: Outcome): Decision => {
    outcomes.set(request, outcome)
    return decide(request, outcome)
  }
  const concludeVerified = (
    request: HttpRequest,
    response: HttpResponse | undefined,
    verification: Verification,
  ): Decision => {
    const decision = conclude(request, outcomeOf(verification))
    beginUse?.(request, response, verification)
    return decision
  }
  const noticeOf = ({ endsAt, noticeFrom }: Accepted): string | undefined =>
    endsAt !== null && noticeFrom <= keyring.clock.now() ? new Date(endsAt).toUTCString() : undefined
  // Only the field that held the key: an `Authorization: Basic` beside it may be the application's own.
  const strip = (request: HttpRequest): void => {
    const found = parseCredential(request, rules)
    if (found.type === 'credential') {
      stripField(request, found.carrier === 'header' && header !== undefined ? header : 'authorization')
    }
  }
  const verify = async (
    request: HttpRequest,
    response: HttpResponse | undefined,
    { carrier, token }: Credential,
  ): Promise<Decision> => {
    try {
      return concludeVerified(request, response, await keyring.verify(token, { carrier }))
    } catch (error) {
      return conclude(request, unavailable(error, report))
    }
  }

  const authenticate = (request: HttpRequest, response: HttpResponse | undefined): Decision | Promise<Decision> => {
    const known = outcomes.get(request)
    if (known !== undefined) return decide(request, known)
    if (skipPreflight && isPreflight(request)) return preflight
    const parsed = parseCredential(request, rules)
    publishCredentialInUrl(request.url, tokenPattern)
    if (parsed.type !== 'credential') return conclude(request, refusalOf(parsed))
    const recalled = keyring.recall(parsed.carrier, parsed.fieldValue)
    return recalled === undefined ? verify(request, response, parsed) : concludeVerified(request, response, recalled)
  }

  return (request, _host, response) => {
    try {
      return authenticate(request, response)
    } catch (error) {
      return conclude(request, unavailable(error, report))
    }
  }
}

/** What is not exactly a yes is a no, whatever a keyring in disguise may say. */
function outcomeOf(verification: Verification): Outcome {
  if (isAccepted(verification)) return verification
  const { code, hint, keyId } = bare(verification)
  return refused({ code, ...(hint === undefined ? {} : { hint }), ...(keyId === undefined ? {} : { keyId }) })
}

function isAccepted(verification: { readonly ok: unknown; readonly apiKey?: unknown }): verification is Accepted {
  return verification.ok === true && typeof verification.apiKey === 'object'
}

/** Everything that is thrown is a server fault: never 401, or clients discard good keys. */
function unavailable(error: unknown, report: ReportFault): Refused {
  report(error, 'verify')
  const busy = isClavigerError(error) && error.code === 'ERR_CLAVIGER_BUSY'
  return refused({ code: busy ? 'verifier_busy' : 'temporarily_unavailable' })
}

function refusalOf(parsed: Exclude<ParsedCredential, Credential>): Refused {
  if (parsed.type === 'multiple') return refused({ code: 'multiple_credentials' })
  if (parsed.type === 'malformed') return refused({ code: 'malformed_key', hint: parsed.hint })
  const { hint, isAttempt } = bare(parsed)
  return refused({ code: 'missing_credentials', isAttempt, ...(hint === undefined ? {} : { hint }) })
}

/** What is left out of it is not inherited. */
function refused(refusal: Omit<Refused, 'ok'>): Refused {
  return bare<Refused>({ ok: false, ...refusal })
}

/** Nothing was sent. A client that sends a token of ours, in any form, does not want to be anonymous. */
function isAbsence({ code, isAttempt }: Refused): boolean {
  return code === 'missing_credentials' && isAttempt !== true
}

function isPreflight(request: HttpRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    readField(request, 'origin').count > 0 &&
    readField(request, 'access-control-request-method').count > 0
  )
}
