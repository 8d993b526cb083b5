import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import {
  acceptedFields,
  commentsOf,
  optionTables,
  propertyNames,
  proseOf,
  unknownFields,
} from '../src/documented-names.ts'
import { sourceProgram } from '../src/program.ts'
import { readText, repositoryFiles } from '../src/repository-files.ts'
import { entryPoints, readTree } from '../src/tree.ts'

const core = 'packages/core/src/index.ts'
const http = 'packages/core/src/http/index.ts'
const published = readTree().filter(({ path }) => path.startsWith('packages/'))
const entries = published.flatMap((member) => Array.from(entryPoints(member).values()))
const program = sourceProgram(entries)

describe('the tables of options', () => {
  const groups = ['policy', 'retention', 'reminders']
  const keyring = propertyNames(program, core, 'KeyringSettings', groups)
  const tables: Readonly<Record<string, readonly string[]>> = {
    'docs/guides/options.md createKeyring': [...keyring, 'owners', 'resolveOwner'],
    'docs/guides/options.md apiKeyAuth': propertyNames(program, http, 'HttpAuthOptions'),
    'docs/guides/options.md auth.either': propertyNames(program, http, 'EitherOptions'),
    'docs/guides/options.md redisStore': propertyNames(
      program,
      'packages/store-redis/src/index.ts',
      'RedisStoreOptions',
    ),
    'docs/guides/options.md postgresStore, mysqlStore, sqliteStore': [
      ...new Set(
        ['PostgresStoreOptions', 'ServerStoreOptions', 'SqliteStoreOptions'].flatMap((name) =>
          propertyNames(program, 'packages/store-sql/src/index.ts', name),
        ),
      ),
    ],
    'packages/client/README.md The fetch': propertyNames(program, 'packages/client/src/index.ts', 'FetchOptions'),
    'docs/guides/management-api.md Who calls': propertyNames(
      program,
      'packages/management/src/index.ts',
      'ManagementOptions',
    ),
    'docs/guides/console.md Options': propertyNames(program, 'packages/console/src/index.ts', 'ConsoleOptions'),
    'docs/guides/streams.md Streams and sockets': propertyNames(program, core, 'WatchOptions'),
    'docs/guides/other-frameworks.md Options': propertyNames(program, http, 'DeciderOptions'),
  }
  const shown = repositoryFiles('.md').flatMap((file) =>
    optionTables(readText(file)).map(({ heading, names }) => [`${file} ${heading}`, names] as const),
  )

  test('are all known here', () => {
    expect(shown.map(([name]) => name).toSorted()).toEqual(Object.keys(tables).toSorted())
  })

  test.each(shown)('%s: names exactly the options that there are', (name, names) => {
    expect(names.toSorted()).toEqual(tables[name]?.toSorted())
  })
})

describe('calls in sentences', () => {
  const accepted = acceptedFields(program, entries)

  test('name fields that the call takes, on every page and in every docstring', () => {
    const prose = new Map([
      ...repositoryFiles('.md').map((file) => [file, proseOf(readText(file))] as const),
      ...published.flatMap(({ files }) => [...files].map(([file, text]) => [file, commentsOf(text)] as const)),
    ])
    expect(prose.size).toBeGreaterThan(100)
    const wrong = [...prose].flatMap(([file, text]) => unknownFields(text, accepted).map((each) => `${file}: ${each}`))
    expect(wrong).toEqual([])
  })

  test('and one that does not is found', () => {
    const found = (text: string): string[] => unknownFields(text, accepted)
    expect(found('Call `keyring.watch(apiKey, { environments })`.')).toEqual([
      'keyring.watch(apiKey, { environments }): there is no "environments"',
    ])
    expect(found('Call `keys.list({\n  state: "active",\n limit })`.')).toHaveLength(1)
    expect(found('Call `keys.list({ status: "active", limit, … })` or `Router({ caseSensitive: true })`.')).toEqual([])
  })
})

describe('names are read', () => {
  test('from the first column of a table headed Option, with its heading', () => {
    const page = [
      '# One',
      '| Option | |',
      '|---|---|',
      '| `a`, `b.c` | `d` |',
      '',
      '## Two',
      '| Field | |',
      '| `e` | |',
      '| Option | |',
      '| `f` | |',
    ].join('\n')
    expect(optionTables(page)).toEqual([
      { heading: 'One', names: ['a', 'b.c'] },
      { heading: 'Two', names: ['f'] },
    ])
  })

  test('from prose and docstrings, not from blocks of code', () => {
    expect(proseOf('`a`\n```ts\n`b`\n```\n`c`')).toBe('`a`\n\n`c`')
    expect(commentsOf('/** `a({\n   * b })` */\nconst c = `d`')).toBe('/** `a({\n b })` */')
  })

  test('from types, groups included', () => {
    const text =
      'export interface Options { a: 1; b?: { c: 1 } | undefined }\nexport interface F { call(a: { d: 1 } | string): void }'
    const host = ts.createCompilerHost({})
    host.getSourceFile = (file, target) =>
      file === '/fixture.ts' ? ts.createSourceFile(file, text, target, true) : undefined
    const fixture = ts.createProgram(['/fixture.ts'], { noLib: true, noResolve: true, strict: true }, host)
    expect(propertyNames(fixture, '/fixture.ts', 'Options', ['b'])).toEqual(['a', 'b.c'])
    expect([...(acceptedFields(fixture, ['/fixture.ts']).get('call') ?? [])]).toContain('d')
  })
})
