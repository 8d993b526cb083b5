import type { Child, FC } from 'hono/jsx'
import { covers, wildcardFor } from '../forms/covers.ts'
import type { GrantChoice, GrantsDraft } from '../forms/grants.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Choice, ProblemLine, type Problems } from './fields.tsx'

interface GrantFieldsProps {
  readonly visit: Visit
  readonly draft: GrantsDraft
  readonly problems: Problems
  /** Stands before the list; without, there is the list only. */
  readonly choices?: readonly GrantChoice[]
  /** What the key holds already: stays possible beyond the visitor's own permissions. */
  readonly held?: readonly string[]
  readonly legend?: string
  /** What the owner that is chosen holds; `open` where none is chosen yet, undefined where there is no choice. */
  readonly bound?: readonly string[] | 'open' | undefined
  /** What the owner is called. */
  readonly holder?: string
  /** Below what is wrong: where to go. */
  readonly advice?: Child
}

/** What a key may do: presets first, then every permission, bounded by what the visitor holds. */
export const GrantFields: FC<GrantFieldsProps> = ({
  visit,
  draft,
  problems,
  choices = [],
  held = [],
  legend = 'Permissions',
  bound,
  holder = 'the service account',
  advice,
}) => (
  <fieldset class="field" aria-describedby={problems.has('permissions') ? 'p-permissions' : undefined}>
    <legend class="label">{legend}</legend>
    {choices.length > 0 && (
      <div class="choices">
        {choices.map(({ value, label, text, names }, index) => (
          <Choice
            name="grants"
            value={value}
            checked={draft.choice === value}
            title={label}
            text={
              <>
                {text}
                <Beyond names={names} bound={bound} holder={holder} />
              </>
            }
            id={index === 0 ? 'f-permissions' : undefined}
          />
        ))}
        <Choice
          name="grants"
          value="custom"
          checked={draft.choice === 'custom'}
          title="Custom"
          text="Choose each one."
          opens
        />
      </div>
    )}
    {choices.length === 0 && <input type="hidden" name="grants" value="custom" />}
    <div class={choices.length > 0 ? 'grants only-if' : 'grants'}>
      {groupsOf(visit, held).map(({ resource, names }) => (
        <div>
          <p class="group">{resource}</p>
          {names.map((name) => (
            <GrantBox
              visit={visit}
              name={name}
              isChecked={draft.names.includes(name)}
              isHeld={held.includes(name)}
              granted={draft.names}
              bound={bound}
              holder={holder}
            />
          ))}
        </div>
      ))}
    </div>
    {hasGrey(visit, held) && (
      <p class={choices.length > 0 ? 'help only-if' : 'help'}>
        What is grey you do not hold yourself, so you cannot give it to a key.
      </p>
    )}
    <ProblemLine name="permissions" problems={problems} />
    {advice !== undefined && advice !== false && (
      <p class="help">{advice} in another tab, then send this form again.</p>
    )}
  </fieldset>
)

/** Says of a choice that the owner that is chosen does not hold all of it. The script shows it, as the owner is chosen. */
const Beyond: FC<Pick<GrantBoxProps, 'bound' | 'holder'> & { readonly names: readonly string[] }> = ({
  names,
  bound,
  holder,
}) => {
  if (bound === undefined) return null
  const isBeyond = bound !== 'open' && !names.every((name) => covers(bound, name))
  return (
    <span class="beyond" data-beyond={names.join(' ')} hidden={!isBeyond}>
      More than {holder} may do
    </span>
  )
}

function hasGrey({ keys }: Visit, held: readonly string[]): boolean {
  const { declared, grantable } = keys.grantable()
  return declared.some((name) => !grantable.includes(name) && !held.includes(name))
}

interface GrantBoxProps {
  readonly visit: Visit
  readonly name: string
  readonly isChecked: boolean
  readonly isHeld: boolean
  /** Everything that is ticked: a wildcard may cover this one. */
  readonly granted: readonly string[]
  readonly bound: GrantFieldsProps['bound']
  readonly holder: string
}

const GrantBox: FC<GrantBoxProps> = ({ visit, name, isChecked, isHeld, granted, bound, holder }) => {
  const mayGrant = isHeld || visit.keys.grantable().grantable.includes(name)
  const label = visit.settings.permissionLabels.get(name)
  const wild = isChecked ? undefined : wildcardFor(granted, name)
  return (
    <label
      class={mayGrant ? 'check' : 'check off'}
      title={mayGrant ? undefined : "You don't have this permission, so this key can't either."}
    >
      <input type="checkbox" name="permissions" value={name} checked={isChecked && mayGrant} disabled={!mayGrant} />
      <span>
        <code>{name}</code>
        {label !== undefined && <small class="help"> {label}</small>}
        {wild !== undefined && (
          <small class="help">
            {' '}
            (in <code>{wild}</code>)
          </small>
        )}
        <Beyond names={[name]} bound={bound} holder={holder} />
        {!mayGrant && <span class="hidden">: you don&rsquo;t have this permission</span>}
      </span>
    </label>
  )
}

interface Group {
  readonly resource: string
  readonly names: readonly string[]
}

/** Declared permissions by resource; wildcards that a key holds already come first. */
function groupsOf(visit: Visit, held: readonly string[]): readonly Group[] {
  const { declared } = visit.keys.grantable()
  const wild = held.filter((name) => !declared.includes(name))
  const resources = [...new Set(declared.map((name) => name.split(':', 1)[0] ?? ''))]
  return [
    ...(wild.length > 0 ? [{ resource: 'Whole resources', names: wild }] : []),
    ...resources.map((resource) => ({ resource, names: declared.filter((name) => name.startsWith(`${resource}:`)) })),
  ]
}
