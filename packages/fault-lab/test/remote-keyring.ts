import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { KeyManager, Keyring, ServiceAccountManager } from '@claviger/core'
import type { KeyStore } from '@claviger/core/store'
import type { RemoteAnswer, RemoteCall, RemoteSetUp } from '../src/remote-keyring.types.ts'
import { getWith } from './get.ts'

/** Which version of Claviger a process runs: 3f6b6e7, the last that knows record version 1 only, or what is here. */
export type Version = 'first' | 'present'

/** A host process, seen from outside. What a method is given and gives crosses between processes: data, no functions. */
export interface RemoteKeyring {
  readonly version: Version
  readonly keyring: Pick<Keyring, 'verify' | 'flush' | 'remind' | 'tokenPattern'>
  readonly store: KeyStore
  readonly keys: KeyManager
  readonly accounts: ServiceAccountManager
  /** The host says of a user that it is gone. */
  leave(ownerId: string): Promise<void>
  /** The events it took since it was asked last. */
  events(): Promise<readonly { readonly type: string; readonly key?: { readonly id: string } }[]>
  /** The status of a request with this token. */
  get(token: string): Promise<number>
  end(): Promise<void>
}

const programs: Readonly<Record<Version, URL>> = {
  first: new URL('fixtures/version-1/process.mjs', import.meta.url),
  present: new URL('../dist/remote-keyring.js', import.meta.url),
}

/** Starts one and waits until it serves. */
export async function startRemote(version: Version, setUp: RemoteSetUp): Promise<RemoteKeyring> {
  const child = fork(fileURLToPath(programs[version]), {
    execArgv: [],
    serialization: 'advanced',
    env: { ...process.env, CLAVIGER_LAB_REMOTE: JSON.stringify(setUp) },
  })
  const [{ port }] = (await Promise.race([once(child, 'message'), exitOf(child)])) as [{ readonly port: number }]
  const ask = asking(child)
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const on = (target: RemoteCall['on']): object =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args: unknown[]) =>
            ask(target, String(method), args),
      },
    )
  return {
    version,
    keyring: on('keyring') as Keyring,
    store: on('store') as KeyStore,
    keys: on('keys') as KeyManager,
    accounts: on('accounts') as ServiceAccountManager,
    leave: async (ownerId) => void (await ask('lab', 'leave', [ownerId])),
    events: async () => (await ask('lab', 'reminded', [])) as Awaited<ReturnType<RemoteKeyring['events']>>,
    get: async (token) => (await getWith(port, agent, token)).statusCode ?? 0,
    async end() {
      agent.destroy()
      if (child.exitCode !== null || child.signalCode !== null) return
      await Promise.race([ask('lab', 'end', []), once(child, 'exit')]).catch(() => {})
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

function asking(child: ChildProcess): (on: RemoteCall['on'], method: string, args: unknown[]) => Promise<unknown> {
  const waiting = new Map<number, (answer: RemoteAnswer) => void>()
  const gone = exitOf(child)
  gone.catch(() => {})
  let calls = 0
  child.on('message', (answer: RemoteAnswer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  return async (on, method, args) => {
    const id = (calls += 1)
    const answered = new Promise<RemoteAnswer>((resolve) => waiting.set(id, resolve))
    child.send({ id, on, method, args } satisfies RemoteCall)
    const answer = await Promise.race([answered, gone])
    if ('value' in answer) return answer.value
    throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
  }
}

async function exitOf(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit')
  throw new Error(`A process exited: ${String(code)}`)
}
