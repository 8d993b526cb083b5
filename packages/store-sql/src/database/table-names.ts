import { IdentifierNode, type KyselyPlugin, type RootOperationNode, SchemableIdentifierNode } from 'kysely'
import type { Tables } from './tables.ts'

/** Where the tables are. */
export interface Naming {
  readonly tablePrefix: string
  /** Undefined: wherever the connection looks first. */
  readonly schema: string | undefined
}

const names: Readonly<Record<keyof Tables, true>> = {
  keys: true,
  service_accounts: true,
  idempotency: true,
  activity: true,
  head: true,
  changes: true,
  usage: true,
  usage_days: true,
  usage_totals: true,
  usage_keys: true,
  usage_instances: true,
  marks: true,
  reminders: true,
  activity_lines: true,
  followers: true,
  callers: true,
  migrations: true,
}

/** Writes prefix and schema before our tables, and leaves every other name of a statement alone. */
export function tableNames({ tablePrefix, schema }: Naming): KyselyPlugin {
  const renamed = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(renamed)
    if (!isNode(node) || holdsValues.has(node.kind)) return node
    if (isOurTable(node)) return nameOf(`${tablePrefix}${node.identifier.name}`)
    return Object.fromEntries(Object.entries(node).map(([field, child]) => [field, renamed(child)]))
  }
  const nameOf = (table: string): SchemableIdentifierNode =>
    schema === undefined
      ? SchemableIdentifierNode.create(table)
      : { ...SchemableIdentifierNode.create(table), schema: IdentifierNode.create(schema) }

  return {
    transformQuery: ({ node }) => renamed(node) as RootOperationNode,
    transformResult: async ({ result }) => result,
  }
}

const holdsValues = new Set(['ValueNode', 'PrimitiveValueListNode'])

function isNode(value: unknown): value is { readonly kind: string } {
  return typeof value === 'object' && value !== null
}

function isOurTable(node: { readonly kind: string }): node is SchemableIdentifierNode {
  return (
    node.kind === 'SchemableIdentifierNode' && Object.hasOwn(names, (node as SchemableIdentifierNode).identifier.name)
  )
}
