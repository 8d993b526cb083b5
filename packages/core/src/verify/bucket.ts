/** Which of `buckets` a text falls into: random texts spread evenly, and strangers can make theirs meet. */
export function bucketOf(text: string, buckets: number): number {
  let sum = 0
  for (let index = 0; index < text.length; index += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(index)) | 0
  return (sum >>> 0) % buckets
}
