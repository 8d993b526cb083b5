import type { Fixture } from './fixture.ts'
import { makeFixture } from './fixture.ts'
import type { ContractApp, HttpContractOptions } from './options.ts'
import { type Reply, send, type WireRequest } from './send.ts'
import { quietly } from './warnings.ts'

/** Sends one request to the app under test. */
export type Send = (request: WireRequest) => Promise<Reply>

/** What tests are written with. */
export interface Suite {
  test(title: string, body: () => Promise<void>): void
  describe(title: string, body: () => void): void
  /** Keys in every state; made once, because nothing in it changes. */
  fixture(): Promise<Fixture>
  /** Serves an app for as long as the body runs. */
  serving(app: ContractApp, body: (send: Send, port: number) => Promise<void>): Promise<void>
}

/** Makes the suite of one contract run. */
export function createSuite({ runner, serve }: HttpContractOptions): Suite {
  let made: Promise<Fixture> | undefined
  return {
    test(title, body) {
      runner.test(title, () => quietly(body))
    },
    describe(title, body) {
      runner.describe(title, body)
    },
    fixture: () => (made ??= makeFixture()),
    async serving(app, body) {
      const server = await serve(app)
      try {
        await body((request) => send(server.port, request), server.port)
      } finally {
        await server.close()
      }
    },
  }
}

/** `Authorization: Bearer <token>` */
export function bearer(token: string): readonly [string, string] {
  return ['Authorization', `Bearer ${token}`]
}

/** A request with one credential. */
export function withKey(token: string, more: WireRequest = {}): WireRequest {
  return { ...more, fields: [bearer(token), ...(more.fields ?? [])] }
}
