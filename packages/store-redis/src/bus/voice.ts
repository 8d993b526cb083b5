/** Whether what this store announces is heard by others. */
export interface Voice {
  /** Notes how publishing went: what Redis said against it, or undefined. */
  note(refusal: string | undefined): void
  /** Tells a listener why nothing is heard, now if that is so, and whenever it changes. Gives what ends it. */
  tell(listener: (reason: string | null) => void): () => void
}

/** Makes the note of one store. The last attempt counts: rights may be given while the process runs. */
export function createVoice(channel: string): Voice {
  const listeners = new Set<(reason: string | null) => void>()
  let isRefused = false
  const reason = (): string | null =>
    isRefused ? `${mayNot('PUBLISH', channel)} Others learn about changes made here by polling only.` : null
  return {
    note(refusal) {
      if (isRefused === (refusal !== undefined)) return
      isRefused = !isRefused
      for (const listener of listeners) listener(reason())
    },
    tell(listener) {
      listeners.add(listener)
      if (isRefused) listener(reason())
      return () => listeners.delete(listener)
    },
  }
}

/** Names a command of the bus that Redis refused, and the rules that allow it. */
export function mayNot(command: 'PUBLISH' | 'SUBSCRIBE' | 'PING', channel: string): string {
  return (
    `Redis refused ${command} on the bus: NOPERM. Add to the rules of its ACL user: +${command.toLowerCase()} &${channel}. ` +
    'With Redis 7 a user may use no channel unless told so.'
  )
}
