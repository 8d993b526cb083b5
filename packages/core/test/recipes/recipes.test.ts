import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestClock } from '@claviger/testing'
import { createTransport } from 'nodemailer'
import { Webhook } from 'standardwebhooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { setUp } from '../support/set-up.ts'
import { mirrorToSiem, toCollector, toFile } from './mirror-to-siem.ts'
import { remindByMail } from './remind-by-mail.ts'
import { sendWebhooks } from './send-webhooks.ts'

const day = 86_400_000

test.each(['remind-by-mail.ts', 'mirror-to-siem.ts', 'send-webhooks.ts'])('the guide shows the whole of %s', (file) => {
  const guide = readFileSync(new URL('../../../../docs/guides/reminders-and-events.md', import.meta.url), 'utf8')
  expect(guide).toContain(`\`\`\`ts\n${readFileSync(new URL(file, import.meta.url), 'utf8')}\`\`\``)
  expect(readdirSync(new URL('.', import.meta.url))).toContain(file)
})

describe('mail', () => {
  test('is sent once for each cause, to whom the host says, and says what to do', async () => {
    const { keyring, create, clock } = setUp()
    const { key, token } = await create({ name: 'Deploy', expiresIn: '95d' })
    await create({ name: 'Of bob, who has no address', owner: { type: 'user', id: 'bob' }, expiresIn: '95d' })
    const transport = createTransport({ jsonTransport: true })
    const mails: { to: { address: string }[]; subject: string; text: string; messageId: string }[] = []
    const keeping = {
      sendMail: async (mail: Parameters<typeof transport.sendMail>[0]) => {
        const { message } = await transport.sendMail(mail)
        mails.push(JSON.parse(message))
      },
    }
    const addressOf = ({ key: { owner } }: { readonly key: { readonly owner: { readonly id: string } } }) =>
      owner.id === 'ada' ? 'ada@example.com' : undefined
    clock.advance(92 * day)
    expect(await remindByMail(keyring, keeping, addressOf)).toMatchObject({ failed: 0, isComplete: true })
    expect(mails.map(({ to, subject }) => [to[0]?.address, subject])).toEqual(
      Array.from({ length: 3 }, () => ['ada@example.com', 'Your API key "Deploy"']),
    )
    expect(mails.map(({ text }) => text)).toEqual([
      expect.stringContaining('It expires on '),
      expect.stringContaining('due for a rotation'),
      expect.stringContaining('last used, or created'),
    ])
    expect(mails[0]?.messageId).toBe(`<${key.id}.expiring.${key.expiresAt?.getTime()}@keys.example.com>`)
    expect(JSON.stringify(mails)).not.toContain(token)
    await remindByMail(keyring, keeping, addressOf)
    expect(mails).toHaveLength(3)
  })

  test('comes again with the same Message-ID when the mail server refused it', async () => {
    const { keyring, create } = setUp({ onError: () => {} })
    await create({ expiresIn: '13d' })
    const ids: string[] = []
    const transport = {
      async sendMail({ messageId }: { readonly messageId: string }) {
        ids.push(messageId)
        if (ids.length === 1) throw new Error('450 mailbox busy')
      },
    }
    expect(await remindByMail(keyring, transport, () => 'ada@example.com')).toMatchObject({ sent: 0, failed: 1 })
    expect(await remindByMail(keyring, transport, () => 'ada@example.com')).toMatchObject({ sent: 1, failed: 0 })
    expect(ids).toEqual([ids[0], ids[0]])
  })
})

describe('webhooks', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

  test('are signed as Standard Webhooks says, and come again under the same id until the receiver takes them', async () => {
    const { keyring, create, clock } = setUp({ onError: () => {} })
    const statuses = [500, 302, 429]
    const receiver = await receiving(() => statuses.shift() ?? 204)
    const { key, token } = await create({ name: 'Deploy' })
    const follower = sendWebhooks(keyring, 'webhooks', receiver.url, secret)
    await requestsOf(receiver, clock, 4)
    await create({ name: 'Another' })
    await requestsOf(receiver, clock, 5)
    await follower.close()

    const [first, , , , other] = receiver.requests
    expect(new Set(receiver.requests.slice(0, 4).map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(other?.headers['webhook-id']).not.toBe(first?.headers['webhook-id'])
    for (const { body, headers } of receiver.requests) {
      const read = new Webhook(secret).verify(body, headers as Record<string, string>)
      expect(read).toMatchObject({ type: 'key.created', data: { workspaceId: 'ws_acme', action: 'key.created' } })
      expect(() => new Webhook(secret).verify(body.replace('ws_acme', 'ws_evil'), headers as never)).toThrow()
      expect(() => new Webhook(Buffer.alloc(32, 8).toString('base64')).verify(body, headers as never)).toThrow()
      expect(body).not.toContain(token)
    }
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ data: { target: { id: key.id } } })
    expect(receiver.requests).toHaveLength(5)
  })

  test('of one receiver that is down do not hold up those of another', async () => {
    const { keyring, create, clock } = setUp({ onError: () => {} })
    const [down, up] = [await receiving(() => 503), await receiving(() => 200)]
    await create()
    await create()
    const followers = [down, up].map(({ url }, index) => sendWebhooks(keyring, `webhooks-${index}`, url, secret))
    await requestsOf(up, clock, 2)
    await requestsOf(down, clock, 3)
    expect(new Set(down.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    await Promise.all(followers.map((follower) => follower.close()))
  })
})

describe('a SIEM', () => {
  test('finds every line in a file, one JSON text each, and none twice', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'claviger-siem-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 'audit.jsonl')
    const { keyring, keys, create } = setUp()
    const { key } = await create()
    await keys.update(key.id, { name: 'With "quotes", and \u{1f511}' })
    await keys.revoke(key.id)
    const follower = mirrorToSiem(keyring, toFile(path))
    await expect.poll(() => follower.position).toBe(3)
    await follower.close()
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines.map((text) => (JSON.parse(text) as { action: string }).action)).toEqual([
      'key.created',
      'key.updated',
      'key.revoked',
    ])
  })

  test('gets a line again that its collector did not take, and goes on behind it', async () => {
    const { keyring, create, clock } = setUp({ onError: () => {} })
    const statuses = [503]
    const collector = await receiving(() => statuses.shift() ?? 200)
    await create({ name: 'A' })
    await create({ name: 'B' })
    const follower = mirrorToSiem(keyring, toCollector(collector.url, 'collector-token'))
    await requestsOf(collector, clock, 3)
    await follower.close()
    const positions = collector.requests.map(({ body }) => (JSON.parse(body) as { position: number }).position)
    expect(positions).toEqual([1, 1, 2])
    expect(collector.requests[0]?.body.endsWith('}\n')).toBe(true)
    expect(collector.requests[0]?.headers.authorization).toBe('Bearer collector-token')
  })
})

interface Receiver {
  readonly url: string
  readonly requests: readonly { readonly body: string; readonly headers: IncomingMessage['headers'] }[]
}

/** A server on loopback that keeps what it is sent, and answers with the statuses it is told. */
async function receiving(status: () => number): Promise<Receiver> {
  const requests: { body: string; headers: IncomingMessage['headers'] }[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => {
      requests.push({ body: Buffer.concat(chunks).toString(), headers: request.headers })
      response.writeHead(status(), { location: '/elsewhere' }).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    requests,
  }
}

/** Lets time pass until so many requests have come. */
async function requestsOf(receiver: Receiver, clock: TestClock, count: number): Promise<void> {
  const come = async (): Promise<number> => {
    await clock.advanceAsync(250)
    return receiver.requests.length
  }
  await expect.poll(come, { interval: 10, timeout: 10_000 }).toBeGreaterThanOrEqual(count)
}
