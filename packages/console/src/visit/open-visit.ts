import type { Ability, Actor, KeyManager } from '@claviger/core'
import { createFormat } from '../format/format.ts'
import type { Settings } from '../options/settings.types.ts'
import { linksFrom } from './links.ts'
import type { Visit } from './visit.types.ts'

const changes: readonly Ability[] = ['create', 'update', 'rotate', 'revoke']

/** Who came, and from where. */
export interface Arrival {
  readonly actor: Actor
  readonly keys: KeyManager
  readonly request: Pick<Request, 'url'>
  readonly originalUrl: string | undefined
  readonly requestId: string
}

/** Puts together what pages are made of. */
export function openVisit(settings: Settings, { actor, keys, request, originalUrl, requestId }: Arrival): Visit {
  const { pathname, searchParams } = new URL(request.url)
  const now = settings.now()
  return {
    settings,
    actor,
    keys,
    can: abilitiesOf(keys, settings.readOnly),
    link: linksFrom(pathname, originalUrl, settings.publicPath),
    path: pathname.replace(/\/+$/, ''),
    query: searchParams,
    now,
    format: createFormat(settings.locale(actor), settings.timeZone(actor), now),
    requestId,
  }
}

function abilitiesOf(keys: KeyManager, readOnly: boolean): Visit['can'] {
  const abilities = keys.abilities()
  return readOnly ? { ...abilities, ...Object.fromEntries(changes.map((ability) => [ability, false])) } : abilities
}
