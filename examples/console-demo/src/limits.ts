import type { LimitDefinition } from '@claviger/core'
import { memoryLimiter } from '@claviger/limits'

/** How much a key may ask of the API: its server would mount the very same, `auth.limit(perKey)`. */
export const perKey: LimitDefinition = { limiter: memoryLimiter(), by: 'key', rule: { requests: 600, per: '1m' } }
