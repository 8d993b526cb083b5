/** What is asked of a key besides being good. */
export interface Requirement {
  readonly workspace?: string
  readonly environment?: string
  readonly permission?: string
}
