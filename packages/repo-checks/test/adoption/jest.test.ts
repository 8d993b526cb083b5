import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { nodesOrSkip } from '../../src/adoption/nodes.ts'
import { installedProject, isWholeMatrix, runIn, scratchFolder, writeFiles } from '../../src/adoption/project.ts'
import { toolsOrSkip } from '../../src/adoption/tools.ts'

const versions = ['29.7.0', '30.2.0'] as const
const node22 = '22.23.3'
const node24 = '24.11.0'
const jest = await toolsOrSkip(
  Object.fromEntries(versions.map((version) => [`jest-${version}`, `npm:jest@${version}`])),
)
const nodes = await nodesOrSkip(isWholeMatrix ? [node22, node24] : [node22])
const scratch = scratchFolder('jest')
const project = join(scratch, 'project')

const keyring = `
  const { createKeyring, definePermissions, systemActor } = require('@claviger/core')
  const permissions = definePermissions({ prompts: ['read'] })
  const owner = { type: 'user', id: 'ada' }
  const input = { name: 'K', environment: 'production', permissions: ['prompts:read'], owner }
  const keyringOn = (store) => createKeyring({ prefix: 'acme', store, permissions, owners: 'unbounded' })
  const keyOf = async (keyring) => (await keyring.as(systemActor('ws_acme')).create(input)).token
`

const tests = {
  'app.test.js': `
    ${keyring}
    const { apiKeyAuth } = require('@claviger/express')
    const { memoryStore } = require('@claviger/store-memory')
    const express = require('express')
    const { once } = require('node:events')

    test('an application answers 200 with its key and 401 without', async () => {
      const keyring = keyringOn(memoryStore())
      const auth = apiKeyAuth(keyring)
      const app = express()
      app.get('/v1/prompts', auth.authenticate(), auth.require('prompts:read'), (req, res) => res.json(req.apiKey.id))
      const server = app.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const url = 'http://127.0.0.1:' + server.address().port + '/v1/prompts'
      const authorization = 'Bearer ' + (await keyOf(keyring))
      expect((await fetch(url, { headers: { authorization } })).status).toBe(200)
      expect((await fetch(url)).status).toBe(401)
      server.closeAllConnections()
      server.close()
      await keyring.close()
    })
  `,
  'sql.test.js': `
    ${keyring}
    const { sqliteStore } = require('@claviger/store-sql')
    const { testKeyring } = require('@claviger/testing')
    const Database = require('libsql')

    test('keys are kept in SQLite', async () => {
      const store = sqliteStore(new Database(':memory:'))
      await store.migrate()
      const keyring = keyringOn(store)
      await keyring.ready()
      const token = await keyOf(keyring)
      expect(await keyring.verify(token, { permission: 'prompts:read' })).toMatchObject({ ok: true })
      await keyring.close()
    })

    test('a keyring for tests is made', async () => {
      const { keyring, token } = await testKeyring({ permissions, grants: ['prompts:read'] })
      expect(await keyring.verify(token)).toMatchObject({ ok: true })
      await keyring.close()
    })
  `,
  'memory-contract.test.js': `
    const { memoryStore } = require('@claviger/store-memory')
    const { storeContract } = require('@claviger/testing')

    storeContract({
      name: 'memoryStore',
      runner: { describe, test },
      leavesOut: ['second', 'reopen', 'writeRaw'],
      makeStore: async () => {
        const store = memoryStore()
        return { store, close: () => store.close() }
      },
    })
  `,
  'sqlite-contract.test.js': `
    const { sqliteStore } = require('@claviger/store-sql')
    const { storeContract } = require('@claviger/testing')
    const Database = require('libsql')

    storeContract({
      name: 'sqliteStore',
      runner: { describe, test },
      leavesOut: ['subscribe', 'second', 'reopen', 'writeRaw'],
      makeStore: async () => {
        const store = sqliteStore(new Database(':memory:'))
        await store.migrate()
        return { store, close: () => store.close() }
      },
    })
  `,
}

beforeAll(() => {
  expect(inject('buildFailure')).toBe('')
  installedProject(project, {
    ours: ['core', 'store-memory', 'store-sql', 'express', 'testing'],
    theirs: ['express', 'libsql'],
  })
  writeFiles(project, { 'package.json': { private: true }, ...tests })
})

interface Report {
  readonly numPassedTests: number
  readonly numPendingTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

function runJest(version: string, node: string): Report {
  const program = join(jest.folder(), 'node_modules', `jest-${version}`, 'bin', 'jest.js')
  const { stdout, stderr } = runIn(project, node, [program, '--rootDir', project, '--json', '--runInBand'])
  try {
    return JSON.parse(stdout) as Report
  } catch {
    throw new Error(`Jest printed no report:\n${stdout}\n${stderr}`)
  }
}

function check(report: Report): void {
  const failures = report.testResults.filter(({ message }) => message !== '').map(({ message }) => message)
  expect(failures.join('\n').slice(0, 4_000)).toBe('')
  expect(report.numFailedTests).toBe(0)
  // Two suites of the contract, and what each leaves out reported as skipped.
  expect(report.numPassedTests).toBeGreaterThan(300)
  for (const { name, assertionResults } of report.testResults) {
    const skipped = assertionResults.filter(({ status }) => status === 'pending')
    expect(skipped.length > 0).toBe(name.includes('contract'))
  }
}

jest.describe('an application, the store contract and a SQL store run under', () => {
  test.each(versions)('Jest %s, on this Node', (version) => {
    check(runJest(version, process.execPath))
  })

  nodes.describe('another Node', () => {
    test.each(versions)(`Jest %s, on Node ${node22}`, (version) => {
      check(runJest(version, nodes.program(node22)))
    })

    test.each(isWholeMatrix ? versions : [])(`Jest %s, on Node ${node24}`, (version) => {
      check(runJest(version, nodes.program(node24)))
    })
  })

  test('Jest 30.2.0, where what a store lacks and no one named fails, and says what to do', () => {
    const other = join(scratch, 'silent')
    installedProject(other, { ours: ['core', 'store-memory', 'testing'], theirs: [] })
    const named = tests['memory-contract.test.js']
    const silent = named.replace(/leavesOut: .*/, '')
    writeFiles(other, { 'package.json': { private: true }, 'named.test.js': named, 'silent.test.js': silent })
    const program = join(jest.folder(), 'node_modules', 'jest-30.2.0', 'bin', 'jest.js')
    const { stdout } = runIn(other, process.execPath, [program, '--rootDir', other, '--json', '--runInBand'])
    const { testResults } = JSON.parse(stdout) as Report
    const count = (file: string, status: string): number =>
      testResults
        .filter(({ name }) => name.endsWith(file))
        .flatMap(({ assertionResults }) => assertionResults)
        .filter((one) => one.status === status).length
    // What is skipped when it is named fails when it is not, but for what the harness is known to lack by its own
    // options.
    const left = count('silent.test.js', 'pending')
    expect(count('silent.test.js', 'failed')).toBe(count('named.test.js', 'pending') - left)
    expect(count('silent.test.js', 'failed')).toBeGreaterThan(0)
    const [message] = testResults.filter(({ name }) => name.endsWith('silent.test.js')).map((one) => one.message)
    expect(message).toMatch(/makeStore gives no \w+\(\).* Name it in the option `leavesOut`/)
  })
})
