import type { Command } from 'commander'
import { safeText } from '../text/safe-text.ts'
import { type Column, plainText, tableText } from '../text/table.ts'
import type { Act } from './act.types.ts'
import type { Handler } from './context.types.ts'

/** Adds `permissions`. */
export function addPermissions(program: Command, act: Act): void {
  program
    .command('permissions')
    .description('what keys may be granted')
    .command('list', { isDefault: true })
    .description('list the permissions of the product')
    .action(act(listPermissions))
}

interface Row {
  readonly name: string
  readonly isGrantable: boolean
  readonly isDefault: boolean
}

const listPermissions: Handler = async (context) => {
  const backend = await context.backend()
  const permissions = await backend.permissions()
  const { declared, grantable, defaults } = permissions
  const rows = declared.map((name) => ({
    name,
    isGrantable: grantable.includes(name),
    isDefault: defaults.includes(name),
  }))
  const columns: readonly Column<Row>[] = [
    { title: 'Permission', cell: ({ name }) => safeText(name) },
    { title: 'You can grant it', cell: ({ isGrantable }) => (isGrantable ? 'yes' : 'no') },
    { title: 'Default', cell: ({ isDefault }) => (isDefault ? 'yes' : 'no') },
  ]
  return {
    json: permissions,
    plain: () => plainText(columns, rows),
    human: (style) => tableText(columns, rows, style),
  }
}
