/** How a command may end, and the exit code of each. */
export const exitCodes = {
  ok: 0,
  /** It failed, or an audit found something. */
  failed: 1,
  /** Wrong flags, arguments or configuration. */
  usage: 2,
  notFound: 3,
  /** Not allowed, or not signed in. */
  notAllowed: 4,
  /** The store, or the management API, does not answer. */
  unreachable: 5,
  interrupted: 130,
} as const

/** How a command may end. */
export type Ending = keyof typeof exitCodes

/** The lines below every help text. */
export const exitCodeHelp = `Exit codes:
  0 ok   1 failed, or an audit found something   2 wrong usage or configuration   3 not found
  4 not allowed, or sign-in needed   5 store or API unreachable   130 interrupted`
