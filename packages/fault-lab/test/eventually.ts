import { delay } from './worker.ts'

/** Repeats what must hold in the end, within the time a change may take to arrive. */
export async function eventually(holds: () => Promise<void>, withinMs = 12_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs
  for (;;) {
    try {
      return await holds()
    } catch (error) {
      if (Date.now() > giveUpAt) throw error
      await delay(50)
    }
  }
}
