import * as http from './http.mjs'
import * as verify from './verify.mjs'

/** Every scenario by the name `--only` takes, in the order they run. */
export const scenarios = { verify, http }
