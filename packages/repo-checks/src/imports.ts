import ts from 'typescript'

/** One place where a file names another module. */
export interface Import {
  /** As written; `undefined` when it is computed at run time. */
  readonly specifier: string | undefined
  /** Whether it leaves no trace in the JavaScript. `import { type A }` does: the module is still loaded. */
  readonly typeOnly: boolean
  /** 1-based. */
  readonly line: number
}

/** Every import of a TypeScript file: static, dynamic, `require`, re-exports, `import('…')` types, augmentations. */
export function readImports(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
  const found: Import[] = []
  const add = (node: ts.Node, specifier: string | undefined, typeOnly: boolean): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
    found.push({ specifier, typeOnly, line: line + 1 })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node, literal(node.moduleSpecifier), node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node, literal(node.moduleSpecifier), node.isTypeOnly)
    } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      add(node, literal(node.moduleReference.expression), node.isTypeOnly)
    } else if (ts.isCallExpression(node) && loadsModule(node.expression)) {
      add(node, literal(node.arguments[0]), false)
    } else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined, true)
    } else if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name)) add(node, node.name.text, true)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [
    ...found,
    ...source.typeReferenceDirectives.map(({ fileName }) => ({ specifier: fileName, typeOnly: true, line: 1 })),
  ]
}

/** The package a bare specifier names: `@koa/router` of `@koa/router/lib`, `nanoid` of `nanoid/async`. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function literal(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined
}

function loadsModule(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  if (ts.isIdentifier(callee)) return callee.text === 'require'
  return (
    ts.isPropertyAccessExpression(callee) && ts.isIdentifier(callee.expression) && callee.expression.text === 'require'
  )
}
