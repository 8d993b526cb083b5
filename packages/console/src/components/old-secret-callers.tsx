import type { FC } from 'hono/jsx'
import type { OldSecretCallers } from '../reading/callers-by-secret.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Callers, RefusedCallers } from './callers.tsx'

/** Who used the secret that a rotation replaced: those that still do, those that were not back yet, and those that moved. */
export const OldCallers: FC<{
  readonly visit: Visit
  readonly of: OldSecretCallers
  /** Whether the secret has stopped: then it is only tried. */
  readonly hasStopped?: boolean
  /** Whether it is about to be stopped: then those that still use it are what breaks. */
  readonly isAboutToStop?: boolean
}> = ({ visit, of: { still, silent, moved }, hasStopped = false, isAboutToStop = false }) => (
  <>
    {hasStopped ? (
      <RefusedCallers visit={visit} of={still} />
    ) : (
      <Callers
        visit={visit}
        label={isAboutToStop ? breaksText(still.length, visit) : 'Still using it'}
        of={still}
        isWarning
      />
    )}
    <Callers visit={visit} label="Not back since the rotation" of={silent} isFolded={hasStopped} />
    <Callers visit={visit} label="Moved to the new secret" of={moved} isFolded />
  </>
)

function breaksText(count: number, { format }: Visit): string {
  return `Stopping it breaks ${count === 1 ? 'this caller' : `these ${format.number(count)} callers`}`
}
