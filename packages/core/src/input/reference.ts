// Control characters, and the marks that reorder text around them.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

/** Whether a value can be an id of the host: a text of 1 to 255 characters without control characters. */
export function isReference(id: unknown): id is string {
  return typeof id === 'string' && id.length >= 1 && id.length <= 255 && !unprintable.test(id)
}
