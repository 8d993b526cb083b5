import type { Problems } from '../components/fields.tsx'
import type { Visit } from '../visit/visit.types.ts'
import type { Form } from '../web/form.ts'

/** Which permissions a form chooses. */
export interface GrantsDraft {
  /** `default`, `preset-0`, or `custom`. */
  readonly choice: string
  /** What is ticked. */
  readonly names: readonly string[]
}

/** A choice that can be offered to this visitor. */
export interface GrantChoice {
  readonly value: string
  readonly label: string
  readonly text: string
  readonly names: readonly string[]
}

/** Default and presets, as far as the visitor holds what is in them. */
export function grantChoices({ keys, settings }: Visit): readonly GrantChoice[] {
  const { defaults, grantable } = keys.grantable()
  const presets = settings.presets.map(({ label, description, permissions }, index) => {
    const names = grantable.filter((name) => permissions.includes(name))
    return { value: `preset-${index}`, label, text: described(description, names), names }
  })
  const byDefault = { value: 'default', label: 'Default', text: listed(defaults), names: defaults }
  return [byDefault, ...presets].filter(({ names }) => names.length > 0)
}

/** A preset in words, always with what it allows. */
function described(description: string | undefined, names: readonly string[]): string {
  if (description === undefined) return listed(names)
  return `${description}${/[.!?]$/.test(description) ? '' : '.'} Allows ${listed(names)}.`
}

const mostNamed = 6

/** All names, or the first ones of many: what is granted is seen, and no line ends in "and 1 more". */
function listed(names: readonly string[]): string {
  if (names.length <= mostNamed + 1) return names.join(', ')
  return `${names.slice(0, mostNamed).join(', ')} and ${names.length - mostNamed} more`
}

/** The choice of a form. */
export function grantsDraft(form: Form): GrantsDraft {
  return { choice: form.text('grants'), names: form.all('permissions') }
}

/** The permissions that a form chooses. */
export function grantsOf(visit: Visit, draft: GrantsDraft): readonly string[] | { readonly problems: Problems } {
  if (draft.choice === 'custom') {
    if (draft.names.length > 0) return draft.names
    return { problems: new Map([['permissions', 'Tick at least one permission, or choose a preset.']]) }
  }
  const chosen = grantChoices(visit).find(({ value }) => value === draft.choice)
  return chosen?.names ?? { problems: new Map([['permissions', 'Choose what the key may do.']]) }
}
