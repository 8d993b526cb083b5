import * as cold from './cold.mjs'
import * as connections from './connections.mjs'
import * as growth from './growth.mjs'
import * as http from './http.mjs'
import * as memory from './memory.mjs'
import * as miss from './miss.mjs'
import * as startUp from './start-up.mjs'
import * as unknownIds from './unknown-ids.mjs'
import * as usage from './usage.mjs'
import * as verify from './verify.mjs'
import * as wrongSecrets from './wrong-secrets.mjs'

/** Every scenario by the name `--only` takes, in the order they run. */
export const scenarios = {
  verify,
  http,
  connections,
  cold,
  miss,
  'wrong-secrets': wrongSecrets,
  'unknown-ids': unknownIds,
  usage,
  memory,
  'start-up': startUp,
  growth,
}
