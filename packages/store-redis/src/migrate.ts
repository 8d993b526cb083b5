import { isKeyId, pause, reminderPlaces, reminders } from '@claviger/core/store'
import { numberReply, textsReply } from './client/replies.ts'
import type { Database } from './database.ts'
import { findKeys } from './records.ts'
import { addPlacesScript, scanScript } from './scripts/migrate.ts'

// Verifications wait in the same line: a millisecond of work, and then a pause.
const namesPerStep = 500
const pauseMs = 1

/**
 * Puts keys that a version without reminders wrote into their indexes, and changes nothing else: what stands there stays.
 * Gives how many places were missing.
 */
export async function indexReminders(database: Database): Promise<number> {
  const { names, commands } = database
  const beginning = names.key('')
  const sets = reminders.map((reminder) => names.reminders[reminder])
  let added = 0
  let cursor = '0'
  do {
    const [next = '0', ...found] = textsReply(
      await commands.run(scanScript, [names.head], [cursor, `${literal(beginning)}*`, namesPerStep]),
    )
    const ids = found.map((name) => name.slice(beginning.length)).filter(isKeyId)
    const records = [...(await findKeys(database, ids)).values()]
    const places = records.flatMap((record) => {
      if (record === 'corrupt') return []
      const at = reminderPlaces(record)
      return reminders.flatMap((reminder, index) => {
        const score = at[reminder]
        return score === null ? [] : [index + 1, score, record.id]
      })
    })
    if (places.length > 0) added += numberReply(await commands.run(addPlacesScript, sets, places))
    cursor = next
    await pause(pauseMs)
  } while (cursor !== '0')
  return added
}

/** As a pattern that only the text itself matches. */
function literal(text: string): string {
  return text.replace(/[*?[\]\\^]/g, '\\$&')
}
