import type { Child, FC } from 'hono/jsx'
import { Icon } from './icon.tsx'

/** What is wrong with which field of a form. */
export type Problems = ReadonlyMap<string, string>

interface FieldProps {
  readonly name: string
  readonly label: Child
  readonly problems: Problems
  readonly help?: Child
  readonly value?: string | undefined
  readonly type?: 'text' | 'date' | 'textarea'
  readonly required?: boolean | undefined
  /** Whether another choice decides if it is asked for: then it is not called optional. */
  readonly isConditional?: boolean
  readonly maxlength?: number | undefined
  readonly placeholder?: string | undefined
  readonly list?: readonly string[]
  readonly min?: string
  readonly isMono?: boolean
  readonly autofocus?: boolean | undefined
}

/** A field to write in, with its label, help, and what is wrong with it. */
export const Field: FC<FieldProps> = ({
  name,
  label,
  problems,
  help,
  value,
  type = 'text',
  list,
  isMono = false,
  isConditional = false,
  ...more
}) => {
  const problem = problems.get(name)
  const described = [problem === undefined ? [] : [`p-${name}`], help === undefined ? [] : [`h-${name}`]]
    .flat()
    .join(' ')
  const shared = {
    class: isMono ? 'control mono' : 'control',
    id: `f-${name}`,
    name,
    'aria-describedby': described || undefined,
    'aria-invalid': problem === undefined ? undefined : ('true' as const),
    autocomplete: 'off',
    ...more,
  }
  return (
    <div class="field">
      <label class="label" for={`f-${name}`}>
        {label}
        {more.required !== true && !isConditional && <span class="muted"> (optional)</span>}
      </label>
      {type === 'textarea' ? (
        <textarea {...shared}>{value}</textarea>
      ) : (
        <input type={type} value={value} list={list === undefined ? undefined : `l-${name}`} {...shared} />
      )}
      {list !== undefined && (
        <datalist id={`l-${name}`}>
          {list.map((one) => (
            <option value={one} />
          ))}
        </datalist>
      )}
      <ProblemLine name={name} problems={problems} />
      {help !== undefined && (
        <p class="help" id={`h-${name}`}>
          {help}
        </p>
      )}
    </div>
  )
}

/** What is wrong with a field, below it. */
export const ProblemLine: FC<{ readonly name: string; readonly problems: Problems }> = ({ name, problems }) => {
  const problem = problems.get(name)
  if (problem === undefined) return null
  return (
    <p class="problem" id={`p-${name}`}>
      <Icon name="alert" />
      <span>{problem}</span>
    </p>
  )
}

/** Everything that is wrong with a form, at its top: each leads to its field. */
export const ProblemSummary: FC<{ readonly problems: Problems }> = ({ problems }) => {
  if (problems.size === 0) return null
  return (
    <div class="banner bad" role="alert" id="problems" tabindex={-1} data-focus>
      <Icon name="cross" />
      <div>
        <strong>{problems.size === 1 ? 'One thing is' : `${problems.size} things are`} not right yet.</strong>
        <ul>
          {[...problems].map(([name, problem]) => (
            <li>
              <a href={`#f-${name}`}>{problem}</a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

interface ChoiceProps {
  readonly name: string
  readonly value: string
  readonly checked: boolean
  readonly title: Child
  readonly text?: Child
  /** Whether choosing it shows what stands below the choices. */
  readonly opens?: boolean
  readonly id?: string | undefined
  readonly disabled?: boolean
}

/** One of several choices, as a card that can be clicked anywhere. */
export const Choice: FC<ChoiceProps> = ({ name, value, checked, title, text, opens = false, id, disabled = false }) => (
  <label class="choice">
    <input
      type="radio"
      name={name}
      value={value}
      checked={checked}
      id={id}
      disabled={disabled}
      data-opens={opens ? '' : undefined}
    />
    <span>
      <b>{title}</b>
      {text !== undefined && <small>{text}</small>}
    </span>
  </label>
)
