/** Draws indices below `count`: all alike, or by Zipf's law, where the nth is asked for 1/n as often as the first. */
export function sampler(distribution, count, random = Math.random) {
  if (distribution === 'uniform') return () => Math.floor(random() * count)
  const upTo = new Float64Array(count)
  let total = 0
  for (let index = 0; index < count; index += 1) upTo[index] = total += 1 / (index + 1)
  return () => firstAbove(upTo, random() * total)
}

function firstAbove(sorted, value) {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle] <= value) low = middle + 1
    else high = middle
  }
  return low
}
