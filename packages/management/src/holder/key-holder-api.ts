import { type ApiKey, keyActor } from '@claviger/core'
import { createDecider, type DeciderOptions, type RequestDecision } from '@claviger/core/http'
import { addressForDecider, type ClientAddress } from '../machines/client-address.ts'
import { malformed, mediaTypeOf, parseObject, unreadable } from '../machines/body.ts'
import {
  type HandlerOptions,
  jsonAnswer,
  type MachineCall,
  machineHandler,
  type MachineHandler,
  readHandlerOptions,
} from '../machines/machine-handler.ts'
import { privateHeaders } from '../problems/headers.ts'
import { type Problem, problem } from '../problems/problem.ts'
import { readText } from '../web/read-text.ts'
import { keyElsewhere } from './key-elsewhere.ts'
import { revokedSelfOf, selfOf } from './self.ts'

/** Options of `keyHolderApi`. */
export interface KeyHolderOptions<Permission extends string = string>
  extends HandlerOptions<Permission>,
    Pick<DeciderOptions, 'header' | 'realm' | 'verbose'> {
  /**
   * Gives the address of the client, such as Express's `({ native }) => native.ip`, for keys that work from some addresses
   * only. Default: not known, and such a key is told nothing. It can be ended from anywhere.
   */
  readonly clientAddress?: ClientAddress | undefined
}

// A reason has at most 1 500 bytes.
const maxBodyBytes = 8_192

/**
 * For the holder of a key, who sends it as to your API: `GET /self` tells what the key is and may do, `DELETE /self`
 * revokes it. Both are always allowed, also to a key without any permission: who finds a key can end it, from any address.
 * A key that is not good is refused as by `apiKeyAuth`, with the same status and body; so is `GET` from an address from which
 * the key does not work.
 *
 * @throws {ConfigurationError} naming the option that is wrong
 */
export function keyHolderApi<Permission extends string>(given: KeyHolderOptions<Permission>): MachineHandler {
  const { options, parts } = readHandlerOptions('keyHolderApi', given as unknown as KeyHolderOptions, [
    'header',
    'realm',
    'verbose',
    'clientAddress',
  ])
  const { keyring } = parts
  const { header, realm, verbose } = options
  const address = addressForDecider(options.clientAddress)
  const decide = createDecider(keyring, {
    ...(header !== undefined && { header }),
    ...(realm !== undefined && { realm }),
    ...(verbose !== undefined && { verbose }),
    ...address.options,
  })

  const withKey =
    (answer: (apiKey: ApiKey, call: MachineCall) => Promise<object | Problem>, fromAnywhere = false) =>
    async (call: MachineCall): Promise<Response | Problem> => {
      const decision = await decide(address.about(call.request, call.asked))
      const isElsewhere = !decision.ok && decision.denial.code === 'address_not_allowed'
      const elsewhere = isElsewhere && fromAnywhere ? await keyElsewhere(parts, call.request, header) : undefined
      const apiKey = decision.ok ? decision.apiKey : elsewhere
      if (apiKey === undefined) return denied(decision as Refusing, call.requestId)
      const answered = await answer(apiKey, call)
      const { Vary = '' } = decision.headers
      return 'code' in answered
        ? answered
        : jsonAnswer(answered, call.requestId, decision.ok ? decision.headers : { Vary })
    }

  const read = withKey(async (apiKey) => selfOf(apiKey))
  return machineHandler('/self', options, parts, {
    GET: read,
    HEAD: read,
    DELETE: withKey(async (apiKey, { request, requestId }) => {
      const reason = await reasonIn(request)
      if (typeof reason === 'object') return reason
      const userAgent = request.headers.get('user-agent')
      const origin = { requestId, ...(userAgent !== null && { userAgent }) }
      const key = await keyring.as(keyActor(apiKey, { origin })).revoke(apiKey.id, { reason: reason ?? byItself })
      return revokedSelfOf(key)
    }, true),
  })
}

const byItself = 'Revoked by its holder'

/** The reason in a body, if there is one. */
async function reasonIn(request: Request): Promise<string | undefined | Problem> {
  const read = await readText(request, maxBodyBytes)
  if (!read.ok) return unreadable[read.reason]
  if (read.text === '') return undefined
  if (mediaTypeOf(request) !== 'application/json') return problem('unsupported_media_type')
  const body = parseObject(read.text)
  if (body === undefined) return malformed('The body is not a JSON object.')
  const { reason, ...others } = body
  const isFine = reason === undefined || reason === null || typeof reason === 'string'
  if (isFine && Object.keys(others).length === 0) return reason ?? undefined
  const errors = [{ pointer: isFine ? '' : '/reason', message: 'Only a reason, as a text, can be given.' }]
  return problem('validation_failed', { errors })
}

type Refusing = Extract<RequestDecision, { readonly ok: false }>

function denied({ status, headers, body }: Refusing, requestId: string): Response {
  return new Response(body, { status, headers: { ...privateHeaders, ...headers, 'X-Request-Id': requestId } })
}
