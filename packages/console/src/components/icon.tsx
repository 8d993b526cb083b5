import type { FC } from 'hono/jsx'
import { raw } from 'hono/html'
import { shapes } from '../icons/shapes.ts'

/** The name of an icon. */
export type IconName = keyof typeof shapes

/** An icon beside a word that says the same: screen readers pass over it. */
export const Icon: FC<{ readonly name: IconName }> = ({ name }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {raw(shapes[name])}
  </svg>
)
