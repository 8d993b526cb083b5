import { relative } from 'node:path'
import ts from 'typescript'
import { root } from '../../../tools/workspaces.mjs'

/** Exports of the given entry points that no docstring explains. */
export function undocumentedExports(program: ts.Program, entries: readonly string[]): string[] {
  const checker = program.getTypeChecker()
  return exportsOf(program, entries).flatMap(({ name, symbol }) =>
    ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() === '' ? [`${where(symbol)} ${name}`] : [],
  )
}

/** Places in the types of the exports, and in every type of ours they lead to, that are `any` or cannot be resolved. */
export function anyInExports(program: ts.Program, entries: readonly string[]): string[] {
  const checker = program.getTypeChecker()
  const seen = new Set<ts.Symbol>()
  const found: string[] = []

  const visitSymbol = (named: ts.Symbol): void => {
    const symbol = resolve(checker, named)
    if (seen.has(symbol)) return
    seen.add(symbol)
    for (const declaration of symbol.declarations ?? []) if (isOurs(declaration)) visitNode(declaration)
  }
  const visitNode = (node: ts.Node): void => {
    // A span of a template literal counts as a type node, but has no type of its own; the types in it have.
    if (ts.isTemplateLiteralTypeSpan(node)) ts.forEachChild(node, visitNode)
    else if (ts.isTypeNode(node) && isAny(checker.getTypeFromTypeNode(node))) report(node)
    else if (isUntyped(node) && isAny(checker.getTypeAtLocation(node))) report(node)
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node)
      if (symbol !== undefined) visitSymbol(symbol)
    }
    ts.forEachChild(node, (child) => {
      if (!isImplementation(child)) visitNode(child)
    })
  }
  const report = (node: ts.Node): void => {
    found.push(`${position(node)} ${node.getText().split('\n')[0]}`)
  }

  for (const { symbol } of exportsOf(program, entries)) visitSymbol(symbol)
  return [...new Set(found)]
}

/** What the entry points export, by name, behind every alias. */
export function exportsOf(program: ts.Program, entries: readonly string[]): { name: string; symbol: ts.Symbol }[] {
  const checker = program.getTypeChecker()
  return entries.flatMap((entry) => {
    const source = program
      .getSourceFiles()
      .find(({ fileName }) => relative(root, fileName) === entry || fileName === entry)
    if (source === undefined) throw new Error(`${entry} is not in the program`)
    const module = checker.getSymbolAtLocation(source)
    const symbols = module === undefined ? [] : checker.getExportsOfModule(module)
    return symbols.map((symbol) => ({ name: symbol.name, symbol: resolve(checker, symbol) }))
  })
}

function resolve(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)
}

function isAny(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Any) !== 0
}

function isUntyped(node: ts.Node): boolean {
  const typed = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isPropertyDeclaration(node)
  return typed && node.type === undefined
}

/** What callers never see: bodies, initial values, private members. */
function isImplementation(node: ts.Node): boolean {
  if (ts.isBlock(node)) return true
  if (ts.isExpression(node) && !ts.isIdentifier(node) && !ts.isExpressionWithTypeArguments(node)) return true
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)
  )
}

function isOurs(node: ts.Node): boolean {
  return !node.getSourceFile().fileName.includes('/node_modules/')
}

function where(symbol: ts.Symbol): string {
  const [declaration] = symbol.declarations ?? []
  return declaration === undefined ? '(nowhere)' : position(declaration)
}

function position(node: ts.Node): string {
  const source = node.getSourceFile()
  const { line } = source.getLineAndCharacterOfPosition(node.getStart())
  return `${relative(root, source.fileName)}:${line + 1}`
}
