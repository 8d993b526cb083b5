import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { callables, compileExamples, runExample } from '../src/docstring-examples.ts'
import { sourceProgram } from '../src/program.ts'

const entry = 'packages/core/src/index.ts'
const interfaces = ['Keyring', 'KeyManager', 'ServiceAccountManager']
const all = callables(sourceProgram([entry]), entry, interfaces)

test('every function and method of @claviger/core has an example', () => {
  expect(all.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['createKeyring', 'keyActor', 'Keyring.verify', 'KeyManager.rotate']),
  )
  expect(all.filter(({ examples }) => examples.length === 0).map(({ name, where }) => `${where} ${name}`)).toEqual([])
})

test('the examples compile', () => {
  expect(compileExamples(all)).toEqual([])
})

describe('runs:', () => {
  const examples = all.flatMap(({ name, examples }) => examples.map((code) => ({ name, code })))

  test.each(examples)('$name', async ({ code }) => {
    await expect(runExample(code)).resolves.toBeUndefined()
  })
})

describe('what is wrong with an example is found', () => {
  const fixture = (code: string): string => `/**\n * Does it.\n *\n * @example\n * ${code}\n */`

  test('none at all, also of one overload', () => {
    const text = [
      `${fixture('one()')}\nexport function one(): void {}`,
      '/** Does it. */\nexport function two(): void {}',
      `export interface Three {\n${fixture('three.do(1)')}\ndo(one: 1): void\n/** @example */\ndo(two: 2): void\n}`,
      'export interface Four { do(): void }',
    ].join('\n')
    const found = callables(programOf(text), '/fixture.ts', ['Three'])
    expect(found.map(({ name, examples }) => [name, examples])).toEqual([
      ['one', ['one()']],
      ['two', []],
      ['Three.do', ['three.do(1)']],
      ['Three.do', []],
    ])
  })

  test('a mistake of type', () => {
    const wrong = { name: 'Keyring.verify', where: '', examples: ["await keys.get(1)\nawait keyring.verify('x', {})"] }
    expect(compileExamples([wrong])).toEqual([
      expect.stringMatching(/^Keyring\.verify: .*Argument of type 'number' is not assignable/),
    ])
  })

  test('an error at run time', async () => {
    await expect(runExample("await keys.get('none')")).rejects.toThrow('There is no such key')
  })
})

function programOf(text: string): ts.Program {
  const options: ts.CompilerOptions = { noLib: true, noResolve: true }
  const host = ts.createCompilerHost(options)
  host.getSourceFile = (file, target) =>
    file === '/fixture.ts' ? ts.createSourceFile(file, text, target, true) : undefined
  return ts.createProgram(['/fixture.ts'], options, host)
}
