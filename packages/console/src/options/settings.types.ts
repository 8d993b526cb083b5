import type { Actor, Keyring, LimitDefinition } from '@claviger/core'
import type { ConsoleAssets } from '../assets/assets.ts'
import type { ConsoleLink, ConsoleOptions, CreateOptions, Person, Preset, ResourceChoicesOf } from './options.types.ts'

/** Options with every default in place. */
export interface Settings {
  readonly keyring: Keyring
  readonly title: string
  readonly appName: string
  readonly workspaceLabel: (actor: Actor) => string
  readonly actorLabel: ((actor: Actor) => string) | undefined
  readonly homeUrl: string | undefined
  readonly signInUrl: string | undefined
  readonly links: readonly ConsoleLink[]
  readonly environmentBadge: ConsoleOptions['environmentBadge']
  readonly people: (ids: readonly string[], actor: Actor) => Promise<ReadonlyMap<string, Person>>
  readonly presets: readonly Preset[]
  readonly resourceChoices: ResourceChoicesOf
  readonly permissionLabels: ReadonlyMap<string, string>
  readonly create: CreateSettings
  readonly snippets: {
    readonly envName: string
    readonly url: string
    readonly header: string
    /** What needs a permission, by its name. */
    readonly urls: readonly (readonly [permission: string, url: string])[]
  }
  readonly readOnly: boolean
  readonly limits: readonly LimitDefinition[]
  readonly theme: { readonly mode: 'auto' | 'light' | 'dark' }
  readonly locale: (actor: Actor) => string
  readonly timeZone: (actor: Actor) => string
  readonly publicPath: string | undefined
  readonly frameAncestors: readonly string[]
  readonly onError: (error: unknown, during: string, requestId: string) => void
  readonly now: () => number
  readonly assets: ConsoleAssets
}

type Given<Name extends keyof CreateOptions> = Exclude<CreateOptions[Name], undefined>

/** How keys are created, with every default in place. */
export interface CreateSettings extends Pick<CreateOptions, 'name' | 'check' | 'metadata'> {
  readonly owners: Given<'owners'>
  readonly defaults: Given<'defaults'>
  readonly expiresInDays: Given<'expiresInDays'>
  readonly neverExpires: boolean
  readonly fields: Given<'fields'>
}
