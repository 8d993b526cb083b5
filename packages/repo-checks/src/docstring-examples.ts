import { join, relative } from 'node:path'
import { runInThisContext } from 'node:vm'
import * as core from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'
import ts from 'typescript'
import { root } from '../../../tools/workspaces.mjs'
import { type ExampleScene, setExampleScene } from './example-scene.ts'
import { complaints, sourceProgram } from './program.ts'
import { exportsOf } from './public-surface.ts'

/** Something callers call: an exported function, or a method of an interface. */
export interface Callable {
  /** `keyActor`, `Keyring.verify`; a method with overloads comes once for each. */
  readonly name: string
  /** `packages/core/src/keyring.types.ts:61` */
  readonly where: string
  /** The code of each `@example` in its docstring. */
  readonly examples: readonly string[]
}

/** Every exported function of an entry point, and every method of those of its interfaces that are named. */
export function callables(program: ts.Program, entry: string, interfaces: readonly string[]): Callable[] {
  return exportsOf(program, [entry]).flatMap(({ name, symbol }) =>
    (symbol.declarations ?? []).flatMap((declaration) => {
      if (ts.isFunctionDeclaration(declaration)) return [callable(name, declaration)]
      if (!ts.isInterfaceDeclaration(declaration) || !interfaces.includes(name)) return []
      return declaration.members
        .filter((member) => ts.isMethodSignature(member))
        .map((member) => callable(`${name}.${member.name.getText()}`, member))
    }),
  )
}

/** What the compiler says of examples, by the name of what they stand with. They are part of the given scene. */
export function compileExamples(all: readonly Callable[]): string[] {
  const names = new Map<string, string>()
  const files = new Map<string, string>()
  for (const { name, examples } of all) {
    for (const code of examples) {
      const file = join(root, `docstring-example-${files.size}.ts`)
      names.set(file, name)
      files.set(file, asModule(code))
    }
  }
  // An example may declare what it does not use.
  const program = sourceProgram([], files, { noUnusedLocals: false, noUnusedParameters: false })
  return [...names].flatMap(([file, name]) => {
    const source = program.getSourceFile(file)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return complaints(found).map((complaint) => `${name}: ${complaint}`)
  })
}

/** Runs an example in a scene of its own. Rejects when it throws. */
export async function runExample(code: string): Promise<void> {
  const scene = await setExampleScene()
  try {
    const { outputText } = ts.transpileModule(`(async ({ ${given(scene)} }) => {{\n${code}\n}})`, {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    })
    const run: unknown = runInThisContext(outputText)
    if (typeof run !== 'function') throw new Error('The example did not become a function.')
    await run({ ...host, ...scene })
  } finally {
    await scene.keyring.close()
  }
}

/** What examples have by import; what they print is no one's business. */
const host = { ...core, memoryStore, console: { log: () => {}, warn: () => {}, error: () => {} } }

const sceneModule = './packages/repo-checks/src/example-scene.ts'
const sceneNames: readonly (keyof ExampleScene)[] = [
  'keyring',
  'keys',
  'key',
  'token',
  'apiKey',
  'account',
  'session',
  'members',
  'limiter',
  'secrets',
  'refuse',
]

// In a block of its own, so that an example may declare again what it was given.
function asModule(code: string): string {
  return [
    "import * as core from '@claviger/core'",
    "import { memoryStore } from '@claviger/store-memory'",
    `import type { ExampleScene } from '${sceneModule}'`,
    `const { ${valuesOfCore.join(', ')} } = core`,
    `export async function example({ ${sceneNames.join(', ')} }: ExampleScene): Promise<unknown> {`,
    '  {',
    code,
    '  }',
    '  return undefined',
    '}',
  ].join('\n')
}

const valuesOfCore = Object.keys(core)

function given(scene: ExampleScene): string {
  return [...Object.keys(host), ...Object.keys(scene)].join(', ')
}

function callable(name: string, declaration: ts.FunctionDeclaration | ts.MethodSignature): Callable {
  const source = declaration.getSourceFile()
  const { line } = source.getLineAndCharacterOfPosition(declaration.getStart())
  const examples = ts
    .getJSDocTags(declaration)
    .filter(({ tagName }) => tagName.text === 'example')
    .map(({ comment }) => ts.getTextOfJSDocComment(comment)?.trim() ?? '')
  return {
    name,
    where: `${relative(root, source.fileName)}:${line + 1}`,
    examples: examples.filter((code) => code !== ''),
  }
}
