import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import type { CodeBlock } from './markdown.ts'

/** What a request was answered. */
export interface Answer {
  readonly status: number
  readonly body: string
}

const limitMs = 30_000
const freePort = new URL('../../../tools/free-port.mjs', import.meta.url).href
const tokenPattern = /\b[a-z][a-z0-9]{0,15}_[a-z][a-z0-9]{0,15}_[0-9A-Za-z]{65}\b/

/**
 * Runs a quick start as its reader would and requests its first GET route, without and with a key.
 *
 * The code must listen on some port, register its route with `.get('/...'`, and print the token of a key it made.
 */
export async function tryQuickStart(
  block: CodeBlock,
  project: string,
): Promise<{ anonymous: Answer; withKey: Answer }> {
  const route = /\.get\(\s*['"`](\/[^'"`]*)/.exec(block.code)?.[1]
  if (route === undefined) throw new Error('The quick start has no GET route.')
  writeFileSync(join(project, 'quick-start.mjs'), toJavaScript(block))
  const args = ['--import', freePort, 'quick-start.mjs']
  const server = spawn(process.execPath, args, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] })
  const gone = once(server, 'exit')
  try {
    const { port, token } = await started(server.stdout, server.stderr, gone)
    const url = `http://127.0.0.1:${port}${route}`
    return { anonymous: await get(url, {}), withKey: await get(url, { authorization: `Bearer ${token}` }) }
  } finally {
    server.kill('SIGKILL')
    await gone
  }
}

function started(
  stdout: NodeJS.ReadableStream,
  stderr: NodeJS.ReadableStream,
  gone: Promise<unknown>,
): Promise<{ port: string; token: string }> {
  const { promise, resolve, reject } = withResolvers<{ port: string; token: string }>()
  let output = ''
  const read = (chunk: unknown): void => {
    output += String(chunk)
    const port = /port=(\d+);/.exec(output)?.[1]
    const token = tokenPattern.exec(output)?.[0]
    if (port !== undefined && token !== undefined) resolve({ port, token })
  }
  stdout.on('data', read)
  stderr.on('data', read)
  const fail = (why: string): void =>
    reject(new Error(`The quick start ${why}:\n${output.replace(tokenPattern, '(token)')}`))
  const timer = setTimeout(() => fail('printed no token, or did not listen'), limitMs)
  void gone.then(() => fail('ended by itself'))
  return promise.finally(() => clearTimeout(timer))
}

async function get(url: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(limitMs) })
  return { status: response.status, body: await response.text() }
}

/** Code of a page as Node runs it. */
export function toJavaScript({ code, info }: CodeBlock): string {
  if (!info.startsWith('ts')) return code
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true }
  return ts.transpileModule(code, { compilerOptions }).outputText
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
