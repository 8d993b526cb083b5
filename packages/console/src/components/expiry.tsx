import type { Child, FC } from 'hono/jsx'
import type { ExpiryDraft } from '../forms/expiry.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Choice, Field, ProblemLine, type Problems } from './fields.tsx'

interface ExpiryProps {
  readonly visit: Visit
  readonly draft: ExpiryDraft
  readonly problems: Problems
  readonly days: readonly number[]
  readonly neverExpires: boolean
  /** Another choice before the others: what is so now. */
  readonly keep?: string
  /** Why the form opens with this choice. */
  readonly note?: Child
}

const dayMs = 86_400_000

/** When a key ends. */
export const ExpiryFields: FC<ExpiryProps> = ({ visit, draft, problems, days, neverExpires, keep, note }) => (
  <fieldset class="field">
    <legend class="label">Expires</legend>
    <div class="pills">
      {keep !== undefined && <Choice name="expires" value="keep" checked={draft.choice === 'keep'} title={keep} />}
      {days.map((count, index) => (
        <Choice
          name="expires"
          value={String(count)}
          checked={draft.choice === String(count)}
          title={`${visit.format.number(count)} days`}
          id={index === 0 ? 'f-expires' : undefined}
        />
      ))}
      <Choice name="expires" value="date" checked={draft.choice === 'date'} title="Until a day" opens />
      {neverExpires && <Choice name="expires" value="never" checked={draft.choice === 'never'} title="Never" />}
    </div>
    <div class="only-if">
      <Field
        name="expiresAt"
        label="Last day (UTC)"
        type="date"
        required={false}
        isConditional
        value={draft.date}
        min={new Date(visit.now + dayMs).toISOString().slice(0, 10)}
        problems={problems}
      />
    </div>
    <ProblemLine name="expires" problems={problems} />
    {note !== undefined && <p class="help">{note}</p>}
    {neverExpires && (
      <p class="help">Keys without an end are the ones that leak unnoticed. Rotate them every few months.</p>
    )}
  </fieldset>
)
