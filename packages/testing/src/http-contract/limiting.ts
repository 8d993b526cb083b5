import type { LimitRule } from '@claviger/core'
import { guardedApp } from './apps.ts'
import type { ExpectedRefusal } from './expect.ts'
import { type Fixture, makeFixture } from './fixture.ts'
import type { ContractApp, ContractKit } from './options.ts'
import { refusals } from './refusals.ts'
import type { Send, Suite } from './suite.ts'

/** So many requests in a window of a minute. */
export const perMinute = (requests: number): LimitRule => ({ requests, per: '1m' })

/** What a request that was counted is told. */
export function told(name: string, requests: number, left: number, seconds = 60): Readonly<Record<string, string>> {
  return { 'ratelimit-policy': `"${name}";q=${requests};w=60`, ratelimit: `"${name}";r=${left};t=${seconds}` }
}

/** The 429, with when to come back. */
export function limited(name: string, requests: number, seconds: number, left = 0): ExpectedRefusal {
  return {
    ...refusals.rate_limited,
    more: { 'retry-after': String(seconds), ...told(name, requests, left, seconds) },
  }
}

type Auth<Middleware> = ContractKit<Middleware>['auth']

/** What a test does with an app. */
export type LimitBody = (send: Send, fixture: Fixture, port: number) => Promise<void>

/** Serves an app on keys of its own, whose clock the test may move. */
export async function limitingOn(
  { serving }: Pick<Suite, 'serving'>,
  app: (fixture: Fixture) => ContractApp,
  body: LimitBody,
): Promise<void> {
  const fixture = await makeFixture()
  await serving(app(fixture), (send, port) => body(send, fixture, port))
  await fixture.close()
}
/** `authenticate()` and then these guards, made for the fixture. */
export const behind =
  (guards: <Middleware>(auth: Auth<Middleware>, fixture: Fixture) => readonly Middleware[]) =>
  (fixture: Fixture): ContractApp =>
    guardedApp(fixture.keyring, (auth) => guards(auth, fixture))
