import { isObject } from '../input/plain-fields.ts'
import type { Announcement } from '../store/store.ts'

// Longer lists than a commit can announce are not ours.
const maxAnnouncements = 1_024

/**
 * What a bus message means. It can only remove trust. What does not claim to be for this store is nothing to us; of what
 * does, a message of our shape drops what it names, and any other (a later version's, say) drops everything.
 */
export function readBusMessage(
  message: unknown,
  storeId: string | undefined,
): readonly Announcement[] | 'ignore' | 'flush' {
  try {
    if (!isObject(message)) return 'ignore'
    if (typeof message.storeId !== 'string' || (storeId !== undefined && message.storeId !== storeId)) return 'ignore'
    const { announcements } = message
    return areAnnouncements(announcements) ? announcements : 'flush'
  } catch {
    return 'flush'
  }
}

/** Whether this is a list of announcements of this version, from the bus or from the change log. */
export function areAnnouncements(value: unknown): value is readonly Announcement[] {
  // Array.from visits holes too.
  return Array.isArray(value) && value.length <= maxAnnouncements && Array.from(value).every(isAnnouncement)
}

function isAnnouncement(value: unknown): value is Announcement {
  if (!isObject(value)) return false
  switch (value.type) {
    case 'key':
      return typeof value.id === 'string'
    case 'owner':
      return (
        typeof value.workspaceId === 'string' &&
        isObject(value.owner) &&
        typeof value.owner.type === 'string' &&
        typeof value.owner.id === 'string'
      )
    case 'workspace':
      return typeof value.workspaceId === 'string'
    default:
      return false
  }
}
