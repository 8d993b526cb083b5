import type { FC } from 'hono/jsx'
import type { RestrictionsDraft } from '../forms/restrictions.ts'
import { Choice, Field, ProblemLine, type Problems } from './fields.tsx'

interface RestrictionsProps {
  readonly draft: RestrictionsDraft
  readonly problems: Problems
}

/** What a key reaches, and from where it works. */
export const RestrictionFields: FC<RestrictionsProps> = ({ draft, problems }) => (
  <>
    {[...draft.resources].map(([type, { choice, ids }]) => (
      <fieldset class="field">
        <legend class="label">Which {type}</legend>
        <div class="pills">
          <Choice name={`reach.${type}`} value="all" checked={choice !== 'some'} title={`Every ${type}`} />
          <Choice name={`reach.${type}`} value="some" checked={choice === 'some'} title={`Only some`} opens />
        </div>
        <div class="only-if">
          <Field
            name={`resources.${type}`}
            label={`ID of each ${type}, a line each`}
            type="textarea"
            isMono
            isConditional
            value={ids}
            problems={withoutLine(problems)}
            maxlength={40_000}
          />
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

// The problem stands below the choice, where it is seen whatever is chosen.
const withoutLine = (problems: Problems): Problems =>
  new Map([...problems].filter(([name]) => !name.startsWith('resources.')))
