import type { Announcement } from '../store/store.ts'
import { keyScope, ownerScope } from './scopes.ts'

/** Each announcement once: what is announced a thousand times is forgotten once. */
export function distinctAnnouncements(announcements: readonly Announcement[]): readonly Announcement[] {
  if (announcements.length < 2) return announcements
  return [...new Map(announcements.map((announcement) => [scopeOf(announcement), announcement])).values()]
}

function scopeOf(announcement: Announcement): string {
  switch (announcement.type) {
    case 'key':
      return keyScope(announcement.id)
    case 'owner':
      return ownerScope(announcement)
    case 'workspace':
      return `workspace ${announcement.workspaceId}`
  }
}
