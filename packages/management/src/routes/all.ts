import { callerEndpoints } from './callers.ts'
import type { Endpoint } from './endpoint.ts'
import { eventEndpoints } from './events.ts'
import { importEndpoints } from './imports.ts'
import { keyEndpoints } from './keys.ts'
import { lifecycleEndpoints } from './lifecycle.ts'
import { limitEndpoints } from './limits.ts'
import { serviceAccountEndpoints } from './service-accounts.ts'
import { usageEndpoints } from './usage.ts'
import { workspaceEndpoints } from './workspace.ts'

/** Every endpoint that calls `keyring.as(actor)`, in the order of the OpenAPI document. */
export const endpoints: readonly Endpoint[] = [
  ...keyEndpoints,
  ...lifecycleEndpoints,
  ...importEndpoints,
  ...usageEndpoints,
  ...callerEndpoints,
  ...limitEndpoints,
  ...eventEndpoints,
  ...serviceAccountEndpoints,
  ...workspaceEndpoints,
]
