import type { Command, Option } from 'commander'

/**
 * What may stand where the last word of a command line is being written. Pure.
 *
 * @param words those behind the name of the program; the last one is not finished, and may be empty
 */
export function candidates(program: Command, words: readonly string[]): readonly string[] {
  const finished = words.slice(0, -1)
  const started = words.at(-1) ?? ''
  let command = program
  let awaiting: Option | undefined
  for (const word of finished) {
    if (awaiting !== undefined) {
      awaiting = undefined
      continue
    }
    if (word.startsWith('-')) {
      const option = optionsOf(command).find(({ short, long }) => word === short || word === long)
      awaiting = option?.required === true ? option : undefined
      continue
    }
    command = visibleIn(command).find((known) => known.name() === word) ?? command
  }
  if (awaiting !== undefined) return matching(awaiting.argChoices ?? [], started)
  if (started.startsWith('-'))
    return matching(
      optionsOf(command).flatMap(({ long }) => long ?? []),
      started,
    )
  return matching(
    visibleIn(command).map((known) => known.name()),
    started,
  )
}

function visibleIn(command: Command): readonly Command[] {
  return command.commands.filter((known) => !known.name().startsWith('_'))
}

/** Its own options and those of the commands above it. */
function optionsOf(command: Command): readonly Option[] {
  const above = command.parent === null ? [] : optionsOf(command.parent)
  const help = command.createOption('-h, --help')
  return [...command.options, ...above.filter(({ long }) => long !== '--help'), help]
}

function matching(all: readonly string[], started: string): readonly string[] {
  return [...new Set(all)].filter((word) => word.startsWith(started))
}
