import type { Change, Write } from '@claviger/core/store'
import { requireStorable } from '../database/values.ts'

/**
 * Checks every text that gets a column of its own. Texts inside records are escaped and need no check.
 *
 * @throws {ValidationError} naming the first text that a column could not give back as it came
 */
export function requireStorableChange(
  writes: readonly Write[],
  { activity, nonce }: Pick<Change, 'activity' | 'nonce'>,
): void {
  requireStorable(nonce, 'nonce')
  for (const [index, write] of writes.entries()) {
    for (const [field, text] of columnTexts(write)) requireStorable(text, `writes[${index}].record.${field}`)
  }
  for (const [index, { id, workspaceId, actor, action, target }] of activity.entries()) {
    const texts = { id, workspaceId, 'actor.id': actor.id, action, 'target.id': target.id }
    for (const [field, text] of Object.entries(texts)) requireStorable(text, `activity[${index}].${field}`)
  }
}

function columnTexts({ type, record }: Write): readonly (readonly [field: string, text: string])[] {
  switch (type) {
    case 'key':
      return [
        ['workspaceId', record.workspaceId],
        ['owner.id', record.owner.id],
        ['name', record.name],
        ['secrets[0].hint', record.secrets[0].hint.slice(-4)],
      ]
    case 'serviceAccount':
      return [
        ['workspaceId', record.workspaceId],
        ['id', record.id],
      ]
    case 'idempotency':
      return [
        ['workspaceId', record.workspaceId],
        ['actor.id', record.actor.id],
        ['idempotencyKey', record.idempotencyKey],
      ]
  }
}
