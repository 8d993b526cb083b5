/*
 * What was promised, one line each. `least` goals want the figure to be at least the limit; all others, at most.
 */
const goals = {
  1: { text: 'hot `verify`, 1 000 keys, against the floor', unit: 'x' },
  '1b': { text: 'hot `await keyring.verify(token)`, 1 000 keys, against the floor', unit: 'x' },
  2: { text: 'hot `verify`, 100 000 keys, against the floor', unit: 'x' },
  '3a': { text: 'prefixed-api-key against Claviger', unit: 'x', least: true },
  '3b': { text: 'better-auth against Claviger', unit: 'x', least: true },
  '3c': { text: 'fast-jwt with its cache against Claviger', unit: 'x', least: true },
  '3d': { text: 'passport + bare Map against Claviger', unit: 'x', least: true },
  '4a': { text: 'Express 5, everything on: CPU per request against bare', unit: 'x' },
  '4b': { text: 'Koa 3, everything on: CPU per request against bare', unit: 'x' },
  '4c': { text: 'Express 5: p99 against the worst round of bare', unit: 'x' },
  '4d': { text: 'Koa 3: p99 against the worst round of bare', unit: 'x' },
  '4e': { text: 'CPU per request against the same written by hand', unit: 'x' },
  '4f': { text: 'CPU per request with everything on against a peer', unit: 'x' },
  '5a': { text: 'heap per hot `verify`', unit: 'B' },
  '5b': { text: 'p99 of hot `verify` against its own p50', unit: 'x' },
  '6a': { text: 'flood of wrong secrets: argon2 runs', unit: '' },
  '6b': { text: 'flood of wrong secrets: honest p99 against none', unit: 'x' },
  '6c': { text: 'flood of wrong secrets: CPU of a refusal against a SHA-256 refusal', unit: 'x' },
  '7a': { text: 'flood of unknown ids: store reads per distinct key and 2 s', unit: '' },
  '7b': { text: 'flood of unknown ids: growth of RSS', unit: 'MiB' },
  '8a': { text: "cold start, `hmacSha256`: time against the driver's batched read", unit: 'x' },
  '8b': { text: 'cold start, argon2id: throughput against 16 unbounded', unit: 'x', least: true },
  '8c': { text: 'cold start, argon2id: memory against 16 unbounded', unit: 'x' },
  '9a': { text: "cache miss, one key: time against the driver's own read", unit: 'x' },
  '9b': { text: 'cache miss, 64 at once: a pg pool of ten against Claviger', unit: 'x', least: true },
  '10a': { text: 'memory per cached key', unit: 'B' },
  '10b': { text: 'memory at the default bound', unit: 'MiB' },
  11: { text: 'usage recording on against off', unit: 'x' },
  12: { text: 'growth of the store', unit: 'x' },
  '13a': { text: 'CPU of importing core and the Express adapter against jose', unit: 'x' },
  '13b': { text: 'installed size of core', unit: 'kB' },
  '14a': { text: 'CPU per request with a limit in memory against none', unit: 'x' },
  '14b': { text: 'CPU per request with a limit against a peer', unit: 'x' },
}

/** A figure beside its goal. Undefined figures are reported as not measured. `detail` tells goals of one number apart. */
export function goal(number, figure, limit, detail) {
  const { least = false } = goals[number]
  const isMet = figure === undefined ? undefined : least ? figure.median >= limit : figure.median <= limit
  return { number, limit, isMet, ...(detail !== undefined && { detail }), ...(figure && { figure }) }
}

/** The row of a goal in the table of goals. */
export function goalRow({ number, figure, limit, isMet, detail }) {
  const { text, unit, least = false } = goals[number]
  const amount = (value) => `${plain(value)}${unit === '' ? '' : ` ${unit}`}`
  const range = figure && figure.least !== figure.most ? ` (${plain(figure.least)}-${plain(figure.most)})` : ''
  return [
    number,
    detail === undefined ? text : `${text}: ${detail}`,
    `${least ? 'at least' : 'at most'} ${amount(limit)}`,
    figure === undefined ? '' : amount(figure.median) + range,
    isMet === undefined ? 'not measured' : isMet ? 'met' : '**not met**',
  ]
}

function plain(value) {
  return Math.abs(value) >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1)
}
