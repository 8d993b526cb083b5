import type { Actor, ActorRef, KeyManager, Keyring, LimitDefinition, Owner } from '@claviger/core'
import type { z } from 'zod'
import type { ProblemCode } from '../problems/table.ts'
import type { NameOf } from '../resources/show-key.ts'
import type { ManagementAction } from '../web/actions.ts'

/** What an endpoint is called with: who calls, checked input, and what the app is made of. */
export interface EndpointCall<Query, Body> {
  readonly actor: Actor
  readonly keys: KeyManager
  readonly keyring: Keyring
  /** The limits that are shown of a key. */
  readonly limits: readonly LimitDefinition[]
  /** The id in the path. */
  readonly id: string
  readonly query: Query
  readonly body: Body
  /** `Idempotency-Key`. */
  readonly idempotencyKey: string | undefined
  /** The revision in `If-Match`. */
  readonly revision: number | undefined
  /** The query as it came, for links to the next page. */
  readonly search: URLSearchParams
  readonly requestId: string
  readonly readOnly: boolean
  readonly presets: ReadonlyMap<string, readonly string[]>
  /** The names of owners and actors. */
  readonly names: (who: readonly (ActorRef | Owner)[]) => Promise<NameOf>
  /** Where the API is mounted, as clients see it; empty where that is not known. */
  readonly publicPath: string
}

/** What an endpoint answers. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A header that an answer carries, for the OpenAPI document. */
export type AnswerHeader = 'ETag' | 'Location' | 'Link' | 'Idempotent-Replayed'

/** An answer, for the OpenAPI document. */
export interface AnswerDescription {
  readonly description: string
  readonly schema: z.ZodType
  readonly headers?: readonly AnswerHeader[]
}

/** The query of an endpoint: how it is documented, and how it is read. */
export interface QueryDescription<Query> {
  readonly shape: Readonly<Record<string, z.ZodType>>
  /** @throws {ValidationError} naming the parameter */
  read(search: URLSearchParams): Query
}

/** One endpoint: everything that routing, checking and the OpenAPI document need. */
export interface EndpointDefinition<Query, Body> {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** Relative to the mount, with `{id}` for the id: `/keys/{id}`. */
  readonly path: string
  readonly action: ManagementAction
  readonly tag: 'Keys' | 'Usage' | 'Activity' | 'Service accounts' | 'Workspace'
  readonly summary: string
  readonly description?: string
  readonly query?: QueryDescription<Query>
  readonly body?: z.ZodType<Body>
  /** Whether the body may be left out: then it is `{}`. */
  readonly isBodyOptional?: boolean
  /** Whether it changes nothing, although it is a POST. */
  readonly isSafe?: boolean
  /** Left out: it is idempotent by itself, and the header makes no difference. False: it is not, and refuses it. */
  readonly takesIdempotencyKey?: boolean
  readonly takesIfMatch?: boolean
  /** What core calls otherwise than the body does. */
  readonly renamed?: Readonly<Record<string, string>>
  readonly answers: Readonly<Record<number, AnswerDescription>>
  /** Besides those that every endpoint can answer. */
  readonly problems?: readonly ProblemCode[]
  run(call: EndpointCall<Query, Body>): Answer | Promise<Answer>
}

/** An endpoint whose input is no longer known to the compiler: its own schemas check it. */
export type Endpoint = EndpointDefinition<unknown, unknown>

/** Makes an endpoint. The compiler checks that what it runs with is what its schemas give. */
export function endpoint<Query = undefined, Body = undefined>(definition: EndpointDefinition<Query, Body>): Endpoint {
  return definition
}

/** Whether an endpoint changes something: then `stepUp` is asked, and `readOnly` refuses. */
export function changesSomething({ method, isSafe = false }: Endpoint): boolean {
  return method !== 'get' && !isSafe
}
