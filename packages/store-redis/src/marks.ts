import { type Marks, UnavailableError } from '@claviger/core/store'
import type { Database } from './database.ts'
import { escaped, unescaped } from './names.ts'
import { textsReply } from './client/replies.ts'
import { marksScript, readMarksScript } from './scripts/marks.ts'

/** Stores marks whose names are new, and gives all. */
export async function exchangeMarks({ names, commands }: Database, proposed: Marks): Promise<Marks> {
  const args = [...proposed].flatMap(([name, text]) => [escaped(name), escaped(text)])
  const reply = textsReply(await commands.run(args.length === 0 ? readMarksScript : marksScript, [names.marks], args))
  try {
    return new Map(
      Array.from({ length: reply.length / 2 }, (_, index) => [
        unescaped(reply[2 * index] ?? ''),
        unescaped(reply[2 * index + 1] ?? ''),
      ]),
    )
  } catch {
    throw new UnavailableError('store', 'The marks in Redis cannot be read. Something else wrote under their name.')
  }
}
