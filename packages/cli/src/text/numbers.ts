const counts = new Intl.NumberFormat('en-US')
const shares = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 })

/** `12,402` */
export function countText(count: number): string {
  return counts.format(count)
}

/** `0.4%` */
export function shareText(share: number): string {
  return shares.format(share)
}

/** `1 key`, `3 keys` */
export function plural(count: number, one: string): string {
  return `${countText(count)} ${one}${count === 1 ? '' : 's'}`
}
