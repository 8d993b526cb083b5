import type { FC } from 'hono/jsx'
import { chosenIds, type ResourceDraft, type RestrictionsDraft } from '../forms/restrictions.ts'
import type { ResourceChoice } from '../options/options.types.ts'
import type { ResourceChoices } from '../reading/resource-choices.ts'
import { Choice, Field, ProblemLine, type Problems } from './fields.tsx'

interface RestrictionsProps {
  readonly draft: RestrictionsDraft
  readonly problems: Problems
  readonly choices: ResourceChoices
}

/** What a key reaches, and from where it works. */
export const RestrictionFields: FC<RestrictionsProps> = ({ draft, problems, choices }) => (
  <>
    {[...draft.resources].map(([type, chosen]) => (
      <fieldset class="field">
        <legend class="label">Which {type}</legend>
        <div class="pills">
          <Choice
            name={`reach.${type}`}
            value="all"
            checked={chosen.choice !== 'some'}
            title={`Every ${type}`}
            id={choices.has(type) ? `f-resources.${type}` : undefined}
          />
          <Choice name={`reach.${type}`} value="some" checked={chosen.choice === 'some'} title={`Only some`} opens />
        </div>
        <div class="only-if">
          <Which type={type} of={chosen} choices={choices.get(type)} problems={problems} />
        </div>
        <ProblemLine name={`resources.${type}`} problems={problems} />
        <p class="help">Every {type} includes those that are created later.</p>
      </fieldset>
    ))}
    <Field
      name="allowedAddresses"
      label="Works only from"
      type="textarea"
      isMono
      value={draft.addresses}
      problems={problems}
      maxlength={4_000}
      placeholder={'203.0.113.7\n2001:db8::/32'}
      help="IP addresses or ranges (CIDR), a line each. Empty: from anywhere."
    />
    <ProblemLine name="resources" problems={problems} />
  </>
)

interface WhichProps {
  readonly type: string
  readonly of: ResourceDraft
  readonly choices: readonly ResourceChoice[] | undefined
  readonly problems: Problems
}

/** The resources of one type: ticked in a list where the host gives one, else typed. */
const Which: FC<WhichProps> = ({ type, of: draft, choices, problems }) => {
  const ids = chosenIds(draft)
  if (choices === undefined) {
    return (
      <Field
        name={`resources.${type}`}
        label={`ID of each ${type}, a line each`}
        type="textarea"
        isMono
        isConditional
        value={draft.ticked === undefined ? draft.ids : ids.join('\n')}
        problems={withoutLine(problems)}
        maxlength={40_000}
      />
    )
  }
  const gone = ids.filter((id) => !choices.some((one) => one.id === id))
  return (
    <div class="listed">
      <input type="hidden" name={`listed.${type}`} value="yes" />
      {choices.map(({ id, name }) => (
        <label class="check">
          <input type="checkbox" name={`resources.${type}`} value={id} checked={ids.includes(id)} />
          <span>
            <bdi>{name}</bdi> {name !== id && <code class="muted">{id}</code>}
          </span>
        </label>
      ))}
      {gone.map((id) => (
        <label class="check">
          <input type="checkbox" name={`resources.${type}`} value={id} checked />
          <span>
            <code>{id}</code> <small class="help">not in the list of your application</small>
          </span>
        </label>
      ))}
      {choices.length === 0 && gone.length === 0 && <p class="help">There is no {type} yet.</p>}
    </div>
  )
}

// The problem stands below the choice, where it is seen whatever is chosen.
const withoutLine = (problems: Problems): Problems =>
  new Map([...problems].filter(([name]) => !name.startsWith('resources.')))
