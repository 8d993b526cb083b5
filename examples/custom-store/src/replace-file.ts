import { open, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Replaces a file. Whenever the machine stops, the file holds the old text or the new text, whole. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.next`
  await writeFile(next, text, { mode: 0o600, flush: true })
  await rename(next, path)
  const folder = await open(dirname(path))
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
