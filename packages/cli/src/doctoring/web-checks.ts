import type { Io } from '../edge/io.types.ts'
import { type Check, passed } from './check.types.ts'

const timeoutMs = 5_000

/** Whether a protected route refuses requests without a key: it must answer 401 with a challenge. */
export async function routerCheck(io: Pick<Io, 'fetch'>, url: string): Promise<Check> {
  const answer = await ask(io, url)
  if (typeof answer === 'string') return unreachable('router', url, answer)
  const challenge = answer.headers.get('www-authenticate') ?? ''
  if (answer.status === 401 && /^bearer\b/i.test(challenge))
    return passed('router', `${url} refuses requests without a key.`)
  return {
    name: 'router',
    state: 'failed',
    detail: `${url} answered ${answer.status} to a request without a key; expected is 401 with a Bearer challenge.`,
    fix: 'Put auth.authenticate() before the route.',
    ending: 'failed',
  }
}

/** Whether the console answers, and does not let strangers in. */
export async function consoleCheck(io: Pick<Io, 'fetch'>, url: string): Promise<Check> {
  const answer = await ask(io, url)
  if (typeof answer === 'string') return unreachable('console', url, answer)
  if ([301, 302, 303, 307, 308, 401, 403].includes(answer.status)) {
    return passed('console', `${url} answers, and asks strangers to sign in.`)
  }
  const isOpen = answer.status === 200
  return {
    name: 'console',
    state: isOpen ? 'warning' : 'failed',
    detail: isOpen ? `${url} let a request without a session in.` : `${url} answered ${answer.status}.`,
    fix: isOpen ? 'Does authorize return null for strangers?' : 'Is it mounted there?',
    ending: 'failed',
  }
}

async function ask({ fetch }: Pick<Io, 'fetch'>, url: string): Promise<Response | string> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    await answer.body?.cancel()
    return answer
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return cause instanceof Error ? cause.message : 'no answer'
  }
}

function unreachable(name: string, url: string, reason: string): Check {
  return {
    name,
    state: 'failed',
    detail: `${url} does not answer: ${reason}`,
    fix: 'Is the server running?',
    ending: 'unreachable',
  }
}
