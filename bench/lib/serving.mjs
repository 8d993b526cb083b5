/**
 * One measured run of closed-loop load on a server process, after it was checked and warmed up: the compiler counts as
 * CPU time of the process, and takes longer with more code.
 */
export async function measureServer(server, load, { requests, connections = 16, warmUp = 25_000 }) {
  const { port, tokens } = server
  if (!server.isChecked) {
    await checkServer(server, load)
    await load.ask('closed', { port, tokens, requests: warmUp, connections })
    server.isChecked = true
  }
  await load.ask('closed', { port, tokens, requests: 500, connections })
  await server.ask('begin')
  const { p50, p99, perSecond, statuses } = await load.ask('closed', { port, tokens, requests, connections })
  const cpuUs = await server.ask('end')
  if (statuses[200] !== requests) throw new Error(`Not every request was answered 200: ${JSON.stringify(statuses)}`)
  return { cpuNs: (cpuUs * 1_000) / requests, p50, p99, perSecond }
}

/** A wrong key and none are refused. */
async function checkServer({ port, tokens, isOpen }, load) {
  const wrong = [`${tokens[0].slice(0, -5)}AAAAA`, undefined]
  for (const token of isOpen ? [] : wrong) {
    const { statuses } = await load.ask('closed', { port, tokens: [token], requests: 1, connections: 1 })
    if (statuses[401] !== 1) throw new Error(`A wrong key was answered ${JSON.stringify(statuses)}`)
  }
}
