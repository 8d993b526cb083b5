// One contender, one process: checks it, warms it up, measures CPU time and heap per operation.
const [name, keyCount, operations] = process.argv.slice(2)
const { prepare } = await import(`./contenders/${name}.mjs`)
const { tokens, verify, close } = await prepare(Number(keyCount))

if (!verify(header(tokens[0])) || verify(header(tokens[0].replace(/.$/, '!'))))
  throw new Error(`${name} does not verify`)

const batch = 10_000
let cpuUs = 0
let heapBytes = 0
const rounds = Math.ceil(Number(operations) / batch)
for (let round = -rounds; round < rounds; round += 1) {
  const headers = Array.from({ length: batch }, () => header(tokens[Math.floor(Math.random() * tokens.length)]))
  globalThis.gc()
  const heapBefore = process.memoryUsage().heapUsed
  const before = process.cpuUsage()
  let accepted = 0
  for (const each of headers) if (verify(each)) accepted += 1
  const { user, system } = process.cpuUsage(before)
  if (accepted !== batch) throw new Error(`${name} refused ${batch - accepted} good keys`)
  if (round < 0) continue
  cpuUs += user + system
  heapBytes += Math.max(0, process.memoryUsage().heapUsed - heapBefore)
}
process.stdout.write(
  JSON.stringify({ cpuNs: (cpuUs * 1_000) / (rounds * batch), heapBytes: heapBytes / (rounds * batch) }),
)
await close?.()

// A string as the HTTP parser makes it: flat, one byte per character, its hash not yet computed.
function header(token) {
  return Buffer.from(`Bearer ${token}`, 'latin1').toString('latin1')
}
