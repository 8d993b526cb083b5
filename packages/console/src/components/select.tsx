import type { FC } from 'hono/jsx'

interface SelectProps {
  readonly name: string
  readonly label: string
  readonly value: string | undefined
  readonly options: readonly (readonly [value: string, label: string])[]
  /** Whether the label is for screen readers only. */
  readonly isQuiet?: boolean
  readonly help?: string | undefined
}

/** A list to choose from. */
export const Select: FC<SelectProps> = ({ name, label, value = '', options, isQuiet = false, help }) => (
  <div class="field">
    <label class={isQuiet ? 'hidden' : 'label'} for={`f-${name}`}>
      {label}
    </label>
    <span class="select">
      <select
        class="control"
        id={`f-${name}`}
        name={name}
        aria-describedby={help === undefined ? undefined : `h-${name}`}
      >
        {options.map(([each, text]) => (
          <option value={each} selected={each === value}>
            {text}
          </option>
        ))}
      </select>
    </span>
    {help !== undefined && (
      <p class="help" id={`h-${name}`}>
        {help}
      </p>
    )}
  </div>
)
