/** One frozen value in place of many equal ones. `name` names its content: equal names, equal values. */
export type Shared<T> = (name: string, make: () => T) => T

/** Bounds the table in bytes too. What has a longer name is rare, and is not shared. */
export const maxSharedName = 1_000

/**
 * Makes a table of at most `maxValues`. A full one is cleared: values that were returned stay valid, and are no longer
 * shared.
 */
export function createShared<T>(maxValues: number): Shared<T> {
  const values = new Map<string, T>()
  return (name, make) => {
    if (name.length > maxSharedName) return make()
    const known = values.get(name)
    if (known !== undefined) return known
    if (values.size >= maxValues) values.clear()
    const value = make()
    values.set(name, value)
    return value
  }
}
