/** Asks until the answer is yes; every question waits for a server. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 20_000
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error('What the test waits for does not happen.')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
