import type { ResourceChoice } from '../options/options.types.ts'
import type { Visit } from '../visit/visit.types.ts'

/** By type what the host offers to choose from; nothing for a type whose ids are typed. */
export type ResourceChoices = ReadonlyMap<string, readonly ResourceChoice[]>

/** By type names by id. */
export type ResourceNames = ReadonlyMap<string, ReadonlyMap<string, string>>

// A longer list is no choice any more: ids are typed.
const mostChoices = 500

/** Asks the host what there is of each type. A type that it does not know, or fails to tell, is typed. */
export async function readResourceChoices(visit: Visit, types: readonly string[]): Promise<ResourceChoices> {
  const found = await Promise.all(types.map(async (type) => [type, await choicesOf(visit, type)] as const))
  return new Map(found.flatMap(([type, choices]) => (choices === undefined ? [] : [[type, choices] as const])))
}

/** The names of resources, where the host has some. */
export async function readResourceNames(visit: Visit, types: readonly string[]): Promise<ResourceNames> {
  const choices = await readResourceChoices(visit, types)
  return new Map([...choices].map(([type, all]) => [type, new Map(all.map(({ id, name }) => [id, name]))]))
}

async function choicesOf(
  { settings, actor, requestId }: Visit,
  type: string,
): Promise<readonly ResourceChoice[] | undefined> {
  try {
    const given = await settings.resourceChoices(type, actor)
    if (given === undefined || given.length > mostChoices) return undefined
    const choices = given.map(choiceOf)
    return reachable(choices, actor, type)
  } catch (error) {
    settings.onError(error, 'resourceChoices', requestId)
    return undefined
  }
}

function choiceOf(given: string | ResourceChoice): ResourceChoice {
  const choice = typeof given === 'string' ? { id: given, name: given } : given
  if (typeof choice?.id === 'string' && typeof choice.name === 'string') return choice
  throw new TypeError('Expected resourceChoices to give ids, or objects with an id and a name.')
}

/** No one can give a key what they do not reach themselves. */
function reachable(choices: readonly ResourceChoice[], actor: Visit['actor'], type: string): readonly ResourceChoice[] {
  const own = 'resources' in actor ? actor.resources?.[type] : undefined
  return own === undefined ? choices : choices.filter(({ id }) => own.includes(id))
}
