/** The values of the lines behind a chart: three round steps above zero, the last one not below `most`. */
export function roundSteps(most: number): readonly number[] {
  const rough = Math.max(most, 3) / 3
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10) * power)
  const whole = power === 1 ? Math.ceil(step) : step
  return [whole, 2 * whole, 3 * whole]
}
