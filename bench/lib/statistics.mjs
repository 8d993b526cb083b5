/** The middle of a list; the upper one of two. */
export function median(values) {
  return quantile(values, 0.5)
}

/** The value below which this share of a list lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

/** Median, least and most: a figure with its spread. */
export function spread(values) {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

/** A figure that was taken once. */
export function one(value) {
  return { median: value, least: value, most: value }
}

/** Ratios formed round by round, so that a slow moment of the machine hits both sides, and then summed up. */
export function ratios(values, base) {
  return spread(values.map((value, round) => value / base[round]))
}

/** A copy in random order. */
export function shuffled(list) {
  const copy = [...list]
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1))
    ;[copy[last], copy[other]] = [copy[other], copy[last]]
  }
  return copy
}
