import ts from 'typescript'
import { isSource, type Member } from './tree.ts'

/**
 * Regular expressions in which a repeated group repeats something itself, as `(a+)+` does: a short hostile text takes them
 * minutes. A group that begins with a separator, as in `(?:,[0-9]+)*`, is none of them.
 */
export function nestedRepetitions(tree: readonly Member[]): string[] {
  return tree.flatMap(({ files }) =>
    [...files].filter(([file]) => isSource(file)).flatMap(([file, text]) => inFile(file, text)),
  )
}

function inFile(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart())
      const pattern = node.text.slice(1, node.text.lastIndexOf('/'))
      found.push(...nested(pattern).map((group) => `${file}:${line + 1} repeats ${group}`))
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Groups of a pattern that are repeated without a bound, and repeat something. */
function nested(pattern: string): string[] {
  // In the same places: S for sets, e for a character that is escaped, with z for the rest of its escape.
  const plain = pattern
    .replaceAll(/\\(?:[dswDSW]|[pP]\{[^}]*\})/g, (escape) => 'S'.repeat(escape.length))
    .replaceAll(/\\(?:u\{[0-9a-f]+\}|u[0-9a-f]{4}|x[0-9a-f]{2}|.)/gi, (escape) => `e${'z'.repeat(escape.length - 1)}`)
    .replaceAll(/\[[^\]]*\]/g, (set) => 'S'.repeat(set.length))
  const starts: number[] = []
  const found: string[] = []
  for (let at = 0; at < plain.length; at += 1) {
    if (plain[at] === '(') starts.push(at)
    if (plain[at] !== ')') continue
    const start = starts.pop() ?? 0
    const body = plain.slice(start + 1, at).replace(/^\?(?:[:=!]|<[=!]|<\w+>)/, '')
    const repeats = /[+*]|\{[0-9]+,\}/
    const isRepeated = /^(?:[+*]|\{[0-9]+,\})/.test(plain.slice(at + 1))
    const isSeparated = /^[^S(.](?![+*?{])/.test(body.replace(/^ez+/, 'e')) && !body.includes('|')
    if (isRepeated && repeats.test(body) && !isSeparated) found.push(pattern.slice(start, at + 2))
  }
  return found
}
