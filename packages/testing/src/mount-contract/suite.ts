import { quietly } from '../http-contract/warnings.ts'
import { ask, type Question, type Reply } from './ask.ts'
import type { MountApp, MountContractOptions, MountedHandler, MountPlace } from './options.ts'

/** An app of the contract; what is left out is the plain case. */
export interface AppOfTest {
  readonly handler: MountedHandler
  readonly place?: MountPlace
  readonly isParsed?: boolean
  readonly isHttp2?: boolean
  readonly before?: MountApp['before']
}

/** What tests are written with. */
export interface MountSuite {
  test(title: string, body: () => Promise<void>): void
  describe(title: string, body: () => void): void
  /** Whether there is a variant with parsers. */
  readonly hasParsers: boolean
  /** Serves an app for as long as the body runs. */
  serving(
    app: AppOfTest,
    body: (ask: (question: Question) => Promise<Reply>, port: number) => Promise<void>,
  ): Promise<void>
}

/** Makes the suite of one contract run. */
export function createMountSuite({ runner, serve, hasParsers = true }: MountContractOptions): MountSuite {
  return {
    hasParsers,
    test(title, body) {
      runner.test(title, () => quietly(body))
    },
    describe(title, body) {
      runner.describe(title, body)
    },
    async serving({ place = { path: '/x' }, isParsed = false, isHttp2 = false, ...app }, body) {
      const behind: MountApp['behind'] = (res) => {
        res.statusCode = 404
        res.end('behind')
      }
      const server = await serve({ ...app, place, isParsed, isHttp2, behind } as MountApp)
      try {
        await body((question) => ask(server.port, isHttp2, question), server.port)
      } finally {
        await server.close()
      }
    },
  }
}
