import ts from 'typescript'
import { exportsOf } from './public-surface.ts'

/** Names of properties, by the name of what has them. */
export type NamesByOwner = ReadonlyMap<string, ReadonlySet<string>>

/** The names in the first column of a table of options, with its line. */
export interface OptionTable {
  /** The heading above it. */
  readonly heading: string
  readonly names: readonly string[]
}

/** Every table of a page whose first column is headed `Option`. */
export function optionTables(page: string): OptionTable[] {
  const tables: OptionTable[] = []
  let heading = ''
  let names: string[] | undefined
  for (const line of page.split('\n')) {
    heading = /^#+ (.*)/.exec(line)?.[1] ?? heading
    const [, first] = /^\|(.*?)\|/.exec(line) ?? []
    if (first === undefined) names = undefined
    else if (first.trim() === 'Option') tables.push({ heading, names: (names = []) })
    else names?.push(...[...first.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name))
  }
  return tables
}

/**
 * The names of a type's properties; of a group, such as `policy`, also those of its properties, as `policy.maxOverlap`.
 *
 * @param groups the properties that are groups
 */
export function propertyNames(
  program: ts.Program,
  entry: string,
  typeName: string,
  groups: readonly string[] = [],
): string[] {
  const checker = program.getTypeChecker()
  const symbol = exportsOf(program, [entry]).find(({ name }) => name === typeName)?.symbol
  if (symbol === undefined) throw new Error(`${entry} does not export ${typeName}`)
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).flatMap((property) => {
    if (!groups.includes(property.name)) return [property.name]
    const group = checker.getNonNullableType(checker.getTypeOfSymbol(property))
    return checker.getPropertiesOfType(group).map(({ name }) => `${property.name}.${name}`)
  })
}

/**
 * The fields that callers may give in objects to exported functions and to methods of exported interfaces, by the name of
 * the function or method. Those of the same name have one entry.
 */
export function acceptedFields(program: ts.Program, entries: readonly string[]): NamesByOwner {
  const checker = program.getTypeChecker()
  const fields = new Map<string, Set<string>>()
  const add = (name: string, type: ts.Type): void => {
    for (const signature of type.getCallSignatures()) {
      const known = fields.get(name) ?? new Set<string>()
      for (const parameter of signature.getParameters()) {
        for (const field of fieldsOf(checker, checker.getTypeOfSymbol(parameter))) known.add(field)
      }
      fields.set(name, known)
    }
  }
  for (const { name, symbol } of exportsOf(program, entries)) {
    if ((symbol.flags & ts.SymbolFlags.Function) !== 0) add(name, checker.getTypeOfSymbol(symbol))
    if ((symbol.flags & ts.SymbolFlags.Interface) === 0) continue
    for (const member of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))) {
      add(member.name, checker.getNonNullableType(checker.getTypeOfSymbol(member)))
    }
  }
  return fields
}

function fieldsOf(checker: ts.TypeChecker, given: ts.Type): string[] {
  const type = checker.getNonNullableType(given)
  const parts = type.isUnion() ? type.types : [type]
  return parts.flatMap((part) => checker.getPropertiesOfType(checker.getApparentType(part)).map(({ name }) => name))
}

/** Calls in the inline code of prose, such as `` `keys.list({ status })` ``, that name a field which is not accepted. */
export function unknownFields(prose: string, accepted: NamesByOwner): string[] {
  return [...prose.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => fieldsOfCalls(code, accepted))
}

function fieldsOfCalls(code: string, accepted: NamesByOwner): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const known = accepted.get(calledName(node.expression))
      const given = node.arguments.filter((argument) => ts.isObjectLiteralExpression(argument))
      for (const { name } of given.flatMap(({ properties }) => [...properties])) {
        const field = name?.getText() ?? ''
        if (known !== undefined && field !== '' && !known.has(field)) found.push(`${code}: there is no "${field}"`)
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('code.ts', code.replaceAll(/\u2026|\.\.\./g, ''), ts.ScriptTarget.Latest, true))
  return found
}

function calledName(callee: ts.Expression): string {
  return ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText()
}

/** A Markdown page without its blocks of code. */
export function proseOf(page: string): string {
  return page.replaceAll(/^(`{3,}|~{3,})[^]*?^\1/gm, '')
}

/** The comments of a source file, without what begins each line. */
export function commentsOf(source: string): string {
  return [...source.matchAll(/\/\*\*[^]*?\*\//g)].map(([comment]) => comment.replaceAll(/\n\s*\*/g, '\n')).join('\n')
}
