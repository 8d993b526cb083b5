import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { MeasuredKey, NodeSettings, Order, Report } from './messages.ts'

/** A process of the API, as seen from outside. */
export interface Node {
  readonly name: string
  create(count: number): Promise<readonly MeasuredKey[]>
  /** Gives the instant at which the revocation was done. */
  revoke(id: string): Promise<number>
  /** Gives the instant at which the request was let through; undefined when the key was refused. */
  request(token: string): Promise<number | undefined>
  stop(): Promise<void>
}

/** Starts a process and waits until it serves. One order at a time. */
export async function startNode(name: string, settings: NodeSettings): Promise<Node> {
  const child = fork(fileURLToPath(new URL('./node.js', import.meta.url)), {
    env: { ...process.env, NODE_SETTINGS: JSON.stringify(settings) },
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill()
    await exited
  }
  try {
    const { url } = await reportOf(child, name, 'listening')
    const order = <Type extends Report['type']>(
      given: Order,
      expected: Type,
    ): Promise<Extract<Report, { type: Type }>> => {
      const report = reportOf(child, name, expected)
      child.send(given)
      return report
    }
    return {
      name,
      create: async (count) => (await order({ type: 'create', count }, 'created')).keys,
      revoke: async (id) => (await order({ type: 'revoke', id }, 'revoked')).at,
      request: (token) => request(name, url, token),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The next thing a node says. */
function reportOf<Type extends Report['type']>(
  child: ChildProcess,
  name: string,
  expected: Type,
): Promise<Extract<Report, { type: Type }>> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error(`${name} ended.`))
    child.once('exit', onExit)
    child.once('message', (report: Report) => {
      child.off('exit', onExit)
      if (report.type === expected) resolve(report as Extract<Report, { type: Type }>)
      else reject(new Error(report.type === 'failed' ? `${name}: ${report.message}` : `${name} said ${report.type}.`))
    })
  })
}

async function request(name: string, url: string, token: string): Promise<number | undefined> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const body = (await response.json()) as { readonly acceptedAt?: number; readonly code?: string }
  if (response.status === 401 && body.code === 'key_revoked') return undefined
  if (body.acceptedAt !== undefined) return body.acceptedAt
  throw new Error(`${name} answered ${response.status} ${body.code ?? ''} to a key that was good.`)
}
