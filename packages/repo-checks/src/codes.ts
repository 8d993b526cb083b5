import ts from 'typescript'
import { root } from '../../../tools/workspaces.mjs'
import { join } from 'node:path'

/**
 * The members of every exported union of strings whose name ends in `Code`, by the union's name:
 * `ErrorCode`, `RefusalCode`, and whatever the HTTP layer adds.
 */
export function exportedCodes(program: ts.Program, entries: readonly string[]): Map<string, string[]> {
  const checker = program.getTypeChecker()
  const codes = new Map<string, string[]>()
  for (const entry of entries) {
    const source = program.getSourceFile(join(root, entry))
    const module = source && checker.getSymbolAtLocation(source)
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported
      if (!exported.name.endsWith('Code') || (symbol.flags & ts.SymbolFlags.TypeAlias) === 0) continue
      const type = checker.getDeclaredTypeOfSymbol(symbol)
      const members = type.isUnion() ? type.types : [type]
      const literals = members.flatMap((member) => (member.isStringLiteral() ? [member.value] : []))
      if (literals.length > 0) codes.set(exported.name, literals.toSorted())
    }
  }
  return codes
}
