/** Which of so many buckets a text falls into: stable within this process, and not predictable from outside. */
export type BucketOf = (text: string, buckets: number) => number

/**
 * Makes one from two random integers of 32 bits. Texts spread evenly, and who knows neither integer cannot choose texts
 * that meet: key ids are public, and a client may try as many as it likes.
 */
export function createBucketOf(start: number, factor: number): BucketOf {
  // An even factor would shift the first characters out.
  const odd = factor | 1
  return (text, buckets) => {
    let sum = start | 0
    for (let index = 0; index < text.length; index += 1) sum = Math.imul(sum ^ text.charCodeAt(index), odd)
    // The low bits of a product depend on low bits only: let the high ones decide too.
    sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b)
    sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35)
    return ((sum ^ (sum >>> 16)) >>> 0) % buckets
  }
}
