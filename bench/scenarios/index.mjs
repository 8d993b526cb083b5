import * as against from './against.mjs'
import * as cold from './cold.mjs'
import * as connections from './connections.mjs'
import * as growth from './growth.mjs'
import * as http from './http.mjs'
import * as limits from './limits.mjs'
import * as management from './management.mjs'
import * as memory from './memory.mjs'
import * as miss from './miss.mjs'
import * as startUp from './start-up.mjs'
import * as unknownIds from './unknown-ids.mjs'
import * as usage from './usage.mjs'
import * as verify from './verify.mjs'
import * as wrongSecrets from './wrong-secrets.mjs'

/** Every scenario by the name `--only` takes, in the order they run. */
export const scenarios = {
  verify: { title: verify.title, run: verify.run },
  http: { title: http.title, run: http.run },
  connections: { title: connections.title, run: connections.run },
  limits: { title: limits.title, run: limits.run },
  cold: { title: cold.title, run: cold.run },
  miss: { title: miss.title, run: miss.run },
  'wrong-secrets': { title: wrongSecrets.title, run: wrongSecrets.run },
  'unknown-ids': { title: unknownIds.title, run: unknownIds.run },
  usage: { title: usage.title, run: usage.run },
  management: { title: management.title, run: management.run },
  memory: { title: memory.title, run: memory.run },
  'start-up': { title: startUp.title, run: startUp.run },
  growth: { title: growth.title, run: growth.run },
  against: { title: against.title, run: against.run },
}
