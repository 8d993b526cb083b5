import type { Actor, Clock, CreateKeyInput, Keyring, LimitDefinition } from '@claviger/core'
import type { Authorize, CrossSiteOptions, HostRequest, Limit, StepUp } from '@claviger/management/web'
import type { ThemeOptions } from './theme.ts'

/** A choice of permissions that stands before the list of all: shown only as far as the actor may grant it. */
export interface Preset {
  /** `Read only` */
  readonly label: string
  /** One sentence. */
  readonly description?: string | undefined
  readonly permissions: readonly string[]
}

/** A link in the header. */
export interface ConsoleLink {
  readonly label: string
  readonly href: string
}

/** A person as the console shows them. */
export interface Person {
  readonly name: string
  /** An address, a role: shown where there is room. */
  readonly detail?: string | undefined
}

/** A question of the host's own in the forms that create and change a key. The answer is kept in the metadata of the key. */
export interface CreateField {
  /** The name in `metadata`. */
  readonly name: string
  readonly label: string
  readonly help?: string | undefined
  readonly placeholder?: string | undefined
  /** Default false. */
  readonly required?: boolean | undefined
  /** A list to choose from, instead of a text field. */
  readonly options?: readonly (string | { readonly value: string; readonly label: string })[] | undefined
  /** At most this many characters. Default 200. */
  readonly maxLength?: number | undefined
}

/** Whom a new key can belong to, as far as the actor may choose. */
export type OwnerChoice = 'self' | 'service'

/** What a check of the host says of a new key before it is made: nothing, or what is wrong with which field. */
export type CreateCheck = (
  input: CreateKeyInput,
  actor: Actor,
) => CreateProblem | undefined | Promise<CreateProblem | undefined>

/** What is wrong with an input, in a sentence for the user. */
export interface CreateProblem {
  /** `name`, `environment`, `permissions`, `expiresAt`, `description`, `owner`, or the name of one of your fields. */
  readonly field: string
  readonly message: string
}

/** How keys are created. */
export interface CreateOptions {
  /** Default: both, the actor itself first. */
  readonly owners?: readonly OwnerChoice[] | undefined
  /** The form of names, and what to say of another one. */
  readonly name?: { readonly pattern: RegExp; readonly message: string } | undefined
  /** What is chosen when the form opens. */
  readonly defaults?:
    | {
        readonly name?: string | undefined
        readonly environment?: string | undefined
        readonly expiresInDays?: number | null | undefined
        readonly owner?: OwnerChoice | undefined
      }
    | undefined
  /** Days to choose from for the expiry. Default 30, 60, 90, 180 and 365. */
  readonly expiresInDays?: readonly number[] | undefined
  /** Whether a key without an expiry can be chosen. Default true. */
  readonly neverExpires?: boolean | undefined
  readonly fields?: readonly CreateField[] | undefined
  /** Metadata that every new key gets, besides the answers. */
  readonly metadata?: ((actor: Actor) => Readonly<Record<string, string>>) | undefined
  /** Asked after the form was read and before the key is made. */
  readonly check?: CreateCheck | undefined
}

/** What the snippets beside a new key call. */
export interface SnippetOptions {
  /** Default `API_KEY`. */
  readonly envName?: string | undefined
  /** A GET request that every key may make. Default `https://api.example.com/v1/me`. */
  readonly url?: string | undefined
  /**
   * GET requests that need a permission, by its name: the snippets of a key call the first that it may call, and `url`
   * otherwise.
   */
  readonly urls?: Readonly<Record<string, string>> | undefined
  /** The header that carries the key. Default `Authorization`, with `Bearer`. */
  readonly header?: string | undefined
}

/** A resource that a key can be limited to, as people know it. */
export interface ResourceChoice {
  readonly id: string
  readonly name: string
}

/** Gives the resources of a type to choose from: ids, or ids with names. */
export type ResourceChoicesOf = (
  type: string,
  actor: Actor,
) => readonly (string | ResourceChoice)[] | undefined | Promise<readonly (string | ResourceChoice)[] | undefined>

/** Options of `apiKeyConsole`. */
export interface ConsoleOptions<Permission extends string = string> extends CrossSiteOptions {
  readonly keyring: Keyring<Permission>
  /** Says who looks at a page: from the host's session. Required. */
  readonly authorize: Authorize
  /** Default `API keys`. */
  readonly title?: string | undefined
  /** The name of your product. Default `this product`. */
  readonly appName?: string | undefined
  /** What the workspace of an actor is called. Default: its id. */
  readonly workspaceLabel?: ((actor: Actor) => string) | undefined
  /** How the header calls the actor, so that people see as whom they are signed in. Default: not at all. */
  readonly actorLabel?: ((actor: Actor) => string) | undefined
  /** Where the link back to your application leads. */
  readonly homeUrl?: string | undefined
  /** Where a visitor without a session can sign in. */
  readonly signInUrl?: string | undefined
  /** Links of your own in the header, such as your API reference. */
  readonly links?: readonly ConsoleLink[] | undefined
  /** A badge in the header: `{ label: 'Staging', tone: 'warning' }`. */
  readonly environmentBadge?:
    | { readonly label: string; readonly tone?: 'neutral' | 'warning' | 'danger' | undefined }
    | undefined
  /** Names of users. Asked once a page, with the ids on it. What it does not name is shown by id. */
  readonly people?:
    | ((
        ids: readonly string[],
        actor: Actor,
      ) => Readonly<Record<string, Person | string>> | Promise<Readonly<Record<string, Person | string>>>)
    | undefined
  /** Choices of permissions beside `Default` and `Custom`. Default: `Read only`, where there is something to read. */
  readonly presets?: readonly Preset[] | undefined
  /** What a permission allows, in a few words. */
  readonly permissionLabels?: Readonly<Record<string, string>> | undefined
  /**
   * What there is of a type of resources that the keyring declares, in the workspace of the actor: the forms then offer a
   * list with names. Return undefined to have ids typed, as without this option; more than 500 are typed too.
   */
  readonly resourceChoices?: ResourceChoicesOf | undefined
  readonly create?: CreateOptions | undefined
  readonly snippets?: SnippetOptions | undefined
  /** Whether nothing can be changed here. Default false. */
  readonly readOnly?: boolean | undefined
  /** Asks for a recent sign-in before something is changed. */
  readonly stepUp?: StepUp | undefined
  /** Limits how often an actor sends forms. */
  readonly limit?: Limit | undefined
  /** The limits of your own API, as `auth.limit` got them: the page of a key shows what is left. Default: none. */
  readonly limits?: readonly LimitDefinition[] | undefined
  readonly theme?: ThemeOptions | undefined
  /** A BCP 47 tag for numbers and dates, or a function that says which. Default `en`. */
  readonly locale?: string | ((actor: Actor) => string) | undefined
  /** An IANA time zone for dates, or a function that says which. Default `UTC`. */
  readonly timeZone?: string | ((actor: Actor) => string) | undefined
  /**
   * The path under which browsers see the console, such as `/settings/api-keys`. Needed only behind a proxy that
   * renames or removes the last part of the path of the list itself; everywhere else, links are right without.
   */
  readonly publicPath?: string | undefined
  /** Origins that may show the console in a frame. Default none. */
  readonly frameAncestors?: readonly string[] | undefined
  /** The id of a request in your log. Default: one of our own. */
  readonly requestId?: ((asked: HostRequest) => string | undefined) | undefined
  /** Called for every failure of which a visitor only sees that there was one. Default: a process warning. */
  readonly onError?: ((error: unknown, during: string, requestId: string) => void) | undefined
  /** For tests: the clock of the keyring. Default: the machine's. */
  readonly clock?: Pick<Clock, 'now'> | undefined
}
