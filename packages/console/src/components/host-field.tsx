import type { FC } from 'hono/jsx'
import type { CreateField } from '../options/options.types.ts'
import { Field, ProblemLine, type Problems } from './fields.tsx'

interface HostFieldProps {
  readonly field: CreateField
  readonly value: string | undefined
  readonly problems: Problems
}

/** A field that the host asks for: its answer is kept with the key. */
export const HostField: FC<HostFieldProps> = ({
  field: { name, label, help, placeholder, required: isRequired, options, maxLength = 200 },
  value,
  problems,
}) => {
  const field = `meta.${name}`
  if (options === undefined) {
    return (
      <Field
        name={field}
        label={label}
        value={value}
        problems={problems}
        help={help}
        placeholder={placeholder}
        required={isRequired}
        maxlength={maxLength}
      />
    )
  }
  // What a key was given before the choices changed stays one.
  const offered = options.map((option) => (typeof option === 'string' ? option : option.value))
  return (
    <div class="field">
      <label class="label" for={`f-${field}`}>
        {label}
        {isRequired !== true && <span class="muted"> (optional)</span>}
      </label>
      <span class="select">
        <select class="control" id={`f-${field}`} name={field} required={isRequired}>
          <option value="">Choose one</option>
          {value !== undefined && value !== '' && !offered.includes(value) && (
            <option value={value} selected>
              {value}
            </option>
          )}
          {options.map((option) => {
            const { value: each, label: text } = typeof option === 'string' ? { value: option, label: option } : option
            return (
              <option value={each} selected={each === value}>
                {text}
              </option>
            )
          })}
        </select>
      </span>
      <ProblemLine name={field} problems={problems} />
      {help !== undefined && <p class="help">{help}</p>}
    </div>
  )
}
