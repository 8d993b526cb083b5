import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { serverOrSkip, startMariadb } from '../src/index.ts'
import { isRunning } from '../src/process-tree.ts'

const mariadb = await serverOrSkip('MariaDB', startMariadb)

mariadb.describe('a MariaDB server', () => {
  test('has an empty database of its own, in utf8mb4, and says so in its URL', async () => {
    const { port, url } = mariadb.server()
    expect(await query(port, 'SHOW TABLES')).toBe('')
    expect(await query(port, 'SELECT @@character_set_database')).toBe('utf8mb4\n')
    expect(url).toBe(`mysql://root@127.0.0.1:${port}/test`)
  })

  test('keeps temporary tables where no other server clears them away', async () => {
    const folder = await query(mariadb.server().port, 'SELECT @@tmpdir, @@datadir')
    const [temporary = '', data = ''] = folder.trim().split('\t')
    expect(dirname(data)).toBe(temporary)
  })

  test('comes back with all that was committed after a crash', async () => {
    const server = mariadb.server()
    const { pid } = server
    await query(server.port, 'CREATE TABLE kept (value INT) ENGINE=InnoDB; INSERT INTO kept VALUES (7)')
    await server.kill()
    expect(isRunning(pid)).toBe(false)
    await expect(query(server.port, 'SELECT 1')).rejects.toThrow("Can't connect")
    await server.restart()
    expect(server.pid).not.toBe(pid)
    expect(await query(server.port, 'SELECT value FROM kept')).toBe('7\n')
  })

  test('answers again after it was frozen, and comes back after a shutdown in good order', async () => {
    const server = mariadb.server()
    server.pause()
    const answer = query(server.port, 'SELECT 1')
    server.resume()
    expect(await answer).toBe('1\n')
    await server.restart()
    expect(await query(server.port, 'SELECT 2')).toBe('2\n')
  })

  test('takes arguments, which win over the usual ones', async () => {
    const server = await startMariadb({ args: ['--innodb-lock-wait-timeout=7', '--character-set-server=latin1'] })
    expect(await query(server?.port ?? 0, 'SELECT @@innodb_lock_wait_timeout, @@character_set_database')).toBe(
      '7\tlatin1\n',
    )
    await server?.stop()
  })
})

// Debian's server brings its command-line client along.
async function query(port: number, sql: string): Promise<string> {
  const client = [
    '--no-defaults',
    '--protocol=tcp',
    '--host=127.0.0.1',
    '--user=root',
    '--batch',
    '--skip-column-names',
  ]
  const { stdout } = await promisify(execFile)('mariadb', [...client, `--port=${port}`, '--execute', sql, 'test'])
  return stdout
}
