import { randomUUID } from 'node:crypto'
import type { ManagedKey } from '@claviger/core'
import { Banner } from '../components/banner.tsx'
import { Breaks } from '../components/evidence.tsx'
import { Choice, ProblemLine, type Problems, ProblemSummary } from '../components/fields.tsx'
import { problemsOf } from '../forms/problems.ts'
import { known, readCallers } from '../reading/callers.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { AskPage } from './ask.tsx'
import { required } from './required.ts'
import { revealRotated } from './reveal.tsx'

const hourMs = 3_600_000
const overlaps = [
  { value: '0', label: 'Right now', ms: 0 },
  { value: '1h', label: 'In 1 hour', ms: hourMs },
  { value: '24h', label: 'In 24 hours', ms: 24 * hourMs },
  { value: '3d', label: 'In 3 days', ms: 72 * hourMs },
  { value: '7d', label: 'In 7 days', ms: 168 * hourMs },
] as const

/** Asks how to rotate a key. */
export async function showRotate(visit: Visit, { id }: Asked): Promise<Answer> {
  required(visit, 'rotate')
  const key = await visit.keys.get(id)
  const { maxOverlapMs } = visit.settings.keyring.policy
  const first =
    key.status === 'rotating'
      ? '0'
      : (overlaps.findLast(({ ms }) => ms <= Math.min(maxOverlapMs, 24 * hourMs))?.value ?? '0')
  return showForm(visit, key, { overlap: first, once: randomUUID() }, new Map())
}

/** Rotates a key, and shows its new token: only here. */
export async function rotate(visit: Visit, { id, form }: Asked): Promise<Answer> {
  required(visit, 'rotate')
  const [overlap, once] = [form.text('overlap'), form.text('once')]
  const chosen = overlaps.find(({ value }) => value === overlap)
  const key = await visit.keys.get(id)
  const show = (problems: Problems): Promise<Answer> => showForm(visit, key, { overlap, once }, problems, 422)
  if (chosen === undefined) return show(new Map([['overlap', 'Choose when the old secret stops.']]))
  try {
    const options = { overlap: chosen.ms === 0 ? 0 : chosen.value, idempotencyKey: `console-${once}` } as const
    return revealRotated(
      visit,
      await visit.keys.rotate(id, options as Parameters<typeof visit.keys.rotate>[1] & { idempotencyKey: string }),
    )
  } catch (error) {
    return show(problemsOf(error))
  }
}

interface RotateDraft {
  readonly overlap: string
  readonly once: string
}

async function showForm(
  visit: Visit,
  key: ManagedKey,
  draft: RotateDraft,
  problems: Problems,
  status = 200,
): Promise<Answer> {
  const callers = known(await readCallers(visit, key.id))
  const { maxOverlapMs } = visit.settings.keyring.policy
  const [, previous] = key.secrets
  const overlapEndsAt = key.status === 'rotating' ? (previous?.endsAt ?? null) : null
  const isRotating = overlapEndsAt !== null
  const offered = overlaps.filter(({ ms }) => ms <= maxOverlapMs && (!isRotating || ms === 0))
  return page(
    <AskPage visit={visit} of={key} verb="Rotate" path="rotate" submit="Rotate secret">
      <ProblemSummary problems={problems} />
      <input type="hidden" name="once" value={draft.once} />
      <p>You get a new secret now. Name, permissions and history stay.</p>
      {overlapEndsAt !== null && (
        <Banner tone="warning">
          A rotation is already running: the previous secret works until {visit.format.exact(overlapEndsAt)}.
        </Banner>
      )}
      {offered.length === 1 ? (
        <>
          <input type="hidden" name="overlap" value={offered[0]?.value} />
          <ProblemLine name="overlap" problems={problems} />
          <p>
            {isRotating ? 'Both older secrets stop' : 'The old secret stops'} at once: anything that still uses{' '}
            {isRotating ? 'one of them' : 'it'} gets 401 immediately.
          </p>
        </>
      ) : (
        <fieldset class="field">
          <legend class="label">Old secret stops working</legend>
          <div class="pills">
            {offered.map(({ value, label }, index) => (
              <Choice
                name="overlap"
                value={value}
                checked={draft.overlap === value}
                title={label}
                id={index === 0 ? 'f-overlap' : undefined}
              />
            ))}
          </div>
          <ProblemLine name="overlap" problems={problems} />
          <p class="help">
            Until then both secrets work, so that you can deploy without an outage. &ldquo;Right now&rdquo; makes
            anything that still uses the old one fail immediately: choose it if the key leaked.
          </p>
        </fieldset>
      )}
      <Breaks
        visit={visit}
        of={key}
        what={offered.length === 1 ? 'Rotating it' : '\u201cRight now\u201d'}
        callers={callers}
      />
    </AskPage>,
    status,
  )
}
