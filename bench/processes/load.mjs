import { setTimeout as delay } from 'node:timers/promises'
import { openConnection } from '../lib/connection.mjs'
import { quantile } from '../lib/statistics.mjs'
import { serve } from '../lib/worker.mjs'

// Clients: a number of connections that each ask again as soon as they are answered, or a rate that is kept.
serve({
  async closed({ port, tokens, requests, connections }) {
    const open = await Promise.all(Array.from({ length: connections }, () => openConnection(port)))
    const tally = makeTally()
    let left = requests
    const client = async (connection) => {
      while (left > 0) {
        left -= 1
        await tally.time(connection, anyOf(tokens))
      }
    }
    const startedAt = performance.now()
    await Promise.all(open.map(client))
    const seconds = (performance.now() - startedAt) / 1_000
    for (const connection of open) connection.close()
    return { ...tally.sum(), perSecond: requests / seconds }
  },

  /** `rate` requests a second for `seconds`; what cannot be sent since all connections are busy is counted as late. */
  async paced({ port, tokens, rate, seconds, connections }) {
    const idle = await Promise.all(Array.from({ length: connections }, () => openConnection(port)))
    const all = [...idle]
    const tally = makeTally()
    const sent = []
    const startedAt = performance.now()
    let due = 0
    let late = 0
    while (performance.now() - startedAt < seconds * 1_000) {
      await delay(2)
      const target = Math.floor(((performance.now() - startedAt) / 1_000) * rate)
      for (; due < target; due += 1) {
        const connection = idle.pop()
        if (connection === undefined) late += 1
        else sent.push(tally.time(connection, anyOf(tokens)).then(() => idle.push(connection)))
      }
    }
    await Promise.all(sent)
    for (const connection of all) connection.close()
    return { ...tally.sum(), late, sent: sent.length }
  },
})

function makeTally() {
  const times = []
  const statuses = {}
  return {
    async time(connection, token) {
      const before = performance.now()
      const status = await connection.request(token)
      times.push(performance.now() - before)
      statuses[status] = (statuses[status] ?? 0) + 1
    },
    sum: () => ({ p50: quantile(times, 0.5), p99: quantile(times, 0.99), statuses }),
  }
}

function anyOf(tokens) {
  return tokens[Math.floor(Math.random() * tokens.length)]
}
