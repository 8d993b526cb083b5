import type { ManagedKey, Owner } from '@claviger/core'
import { Choice, ProblemLine, type Problems, ProblemSummary } from '../components/fields.tsx'
import { problemsOf } from '../forms/problems.ts'
import { readNames } from '../reading/names.ts'
import type { Visit } from '../visit/visit.types.ts'
import { type Answer, page, redirect } from '../web/answer.ts'
import type { Asked } from '../web/handle.tsx'
import { AskPage } from './ask.tsx'
import { required } from './required.ts'

/** Asks who will own a key. */
export async function showTransfer(visit: Visit, { id }: Asked): Promise<Answer> {
  required(visit, 'update')
  return showForm(visit, await visit.keys.get(id), '', new Map())
}

/** Gives a key another owner. */
export async function transfer(visit: Visit, { id, form }: Asked): Promise<Answer> {
  required(visit, 'update')
  const chosen = form.text('owner')
  const owner = ownerOf(visit, chosen)
  if (owner === undefined) {
    return showForm(visit, await visit.keys.get(id), chosen, new Map([['owner', 'Choose the new owner.']]), 422)
  }
  try {
    await visit.keys.transfer(id, owner)
  } catch (error) {
    return showForm(visit, await visit.keys.get(id), chosen, asOwner(problemsOf(error)), 422)
  }
  return redirect(`keys/${encodeURIComponent(id)}?notice=transferred`)
}

function ownerOf({ actor }: Visit, chosen: string): Owner | undefined {
  if (chosen === 'self' && actor.type === 'user') return { type: 'user', id: actor.id }
  const [type, id = ''] = chosen.split(/:(.*)/s)
  return type === 'service' && id !== '' ? { type: 'service', id } : undefined
}

/** A transfer has one field: what is wrong is wrong with the choice. */
function asOwner(problems: Problems): Problems {
  return new Map([...problems.values()].map((text) => ['owner', text] as const))
}

async function showForm(
  visit: Visit,
  key: ManagedKey,
  chosen: string,
  problems: Problems,
  status = 200,
): Promise<Answer> {
  const { can, actor } = visit
  const accounts = can.manageServiceAccounts ? (await visit.keys.serviceAccounts.list({ limit: 100 })).items : []
  const names = await readNames(visit, [key.owner])
  const others = accounts.filter(({ id }) => id !== key.owner.id)
  const maySelf = actor.type === 'user' && actor.id !== key.owner.id
  return page(
    <AskPage visit={visit} of={key} verb="Transfer" path="transfer" submit="Transfer key">
      <ProblemSummary problems={problems} />
      <p>
        It belongs to <bdi>{names.of(key.owner).name}</bdi> now. The secret stays the same, so nothing stops. The key
        can do no more than its new owner.
      </p>
      <fieldset class="field">
        <legend class="label">New owner</legend>
        <div class="choices">
          {maySelf && (
            <Choice
              name="owner"
              value="self"
              checked={chosen === 'self'}
              title="You"
              text="Stops when you leave."
              id="f-owner"
            />
          )}
          {others.map(({ id, name, description }, index) => (
            <Choice
              name="owner"
              value={`service:${id}`}
              checked={chosen === `service:${id}`}
              title={name}
              text={description ?? 'Service account'}
              id={index === 0 && !maySelf ? 'f-owner' : undefined}
            />
          ))}
        </div>
        {!maySelf && others.length === 0 && (
          <p class="help">There is no other owner you can choose. An admin can create a service account.</p>
        )}
        <ProblemLine name="owner" problems={problems} />
      </fieldset>
    </AskPage>,
    status,
  )
}
