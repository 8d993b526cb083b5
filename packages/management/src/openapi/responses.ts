import { type ProblemCode, problemTable } from '../problems/table.ts'
import type { JsonSchema } from './components.ts'

/** Headers of a response, by reference. */
export function headersNamed(names: readonly string[]): JsonSchema {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

/** The responses that problems of these codes come as. */
export function problemResponses(codes: readonly ProblemCode[]): JsonSchema {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) {
    const { status } = problemTable[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => [
      status,
      {
        description: those.map((code) => `\`${code}\`: ${problemTable[code].detail}`).join(' '),
        headers: headersNamed(['X-Request-Id', ...(status === 429 || status === 503 ? ['Retry-After'] : [])]),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}
