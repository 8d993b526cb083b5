import type { Rule } from './lane.ts'

/** How the proxy treats its connections. */
export interface Mode {
  readonly requests: Rule
  readonly replies: Rule
  /** Whether new connections are taken. */
  readonly isListening: boolean
}

const passing: Rule = { kind: 'pass' }
const holding: Rule = { kind: 'hold' }

/** The modes by name, as data. */
export const modes = {
  pass: { requests: passing, replies: passing, isListening: true },
  hold: { requests: holding, replies: holding, isListening: true },
  swallowReplies: { requests: passing, replies: holding, isListening: true },
  refuse: { requests: passing, replies: passing, isListening: false },
  delay: (delayMs: number): Mode => ({
    requests: { kind: 'delay', delayMs },
    replies: { kind: 'delay', delayMs },
    isListening: true,
  }),
  closeAfter: (bytes: number): Mode => ({
    requests: passing,
    replies: { kind: 'closeAfter', bytes },
    isListening: true,
  }),
} as const
