export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}
export function median(values: readonly number[]): number
export function quantile(values: readonly number[], share: number): number
export function ratios(values: readonly number[], base: readonly number[]): Spread
export function shuffled<T>(list: readonly T[]): T[]
