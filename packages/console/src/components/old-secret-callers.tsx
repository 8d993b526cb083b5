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
}> = ({ visit, of: { still, silent, moved }, hasStopped = false }) => (
  <>
    {hasStopped ? (
      <RefusedCallers visit={visit} of={still} />
    ) : (
      <Callers visit={visit} label="Still using it" of={still} isWarning />
    )}
    <Callers visit={visit} label="Not back since the rotation" of={silent} isFolded={hasStopped} />
    <Callers visit={visit} label="Moved to the new secret" of={moved} isFolded />
  </>
)
