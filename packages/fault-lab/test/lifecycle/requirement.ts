/** What is asked of a key besides being good. */
export interface Requirement {
  readonly workspace?: string
  readonly environment?: string
  readonly permission?: string
  /** From where: null when that is not known, undefined when it is not asked. */
  readonly client?: string | null
  /** One id of a type. */
  readonly resource?: { readonly type: 'dataset' | 'project'; readonly id: string }
}
