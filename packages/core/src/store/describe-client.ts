/**
 * What marks a client of a library, whatever its classes are called after bundling: members that only it has together.
 */
const clients: readonly (readonly [name: string, ...members: string[]])[] = [
  ['a Sequelize instance', 'authenticate', 'define', 'queryInterface'],
  ['a TypeORM DataSource', 'createQueryRunner', 'initialize'],
  ['a Prisma client', '$connect', '$disconnect'],
  ['a Knex instance', 'raw', 'migrate', 'schema'],
  ['a client of postgres.js', 'unsafe', 'begin', 'listen'],
  ['a Drizzle database', '$with', 'select', 'insert'],
  ['a Kysely instance', 'selectFrom', 'insertInto'],
  ['a Mongoose instance', 'model', 'Schema', 'connection'],
  ['a connection taken from a pg Pool', 'query', 'connectionParameters', 'release'],
  ['a pg Client, which is one connection', 'query', 'connectionParameters'],
  ['a pg Pool', 'connect', 'totalCount', 'idleCount'],
  ['a mysql2 pool cluster', 'of', 'add', 'getConnection'],
  ['a mysql2/promise pool', 'getConnection', 'pool', 'execute'],
  ['a pool of the mariadb package', 'getConnection', 'importFile'],
  ['a mysql2 pool', 'getConnection', 'promise', 'execute'],
  ['a pool of the mysql package (not mysql2)', 'getConnection', 'acquireConnection'],
  ['a mysql2/promise connection, which is one connection', 'beginTransaction', 'connection', 'execute'],
  ['a MySQL connection, which is one connection', 'beginTransaction', 'changeUser'],
  ['a client of @libsql/client', 'executeMultiple', 'batch'],
  ['a DatabaseSync of node:sqlite', 'prepare', 'exec', 'createSession'],
  ['a database of sqlite3', 'prepare', 'each', 'configure'],
  ['a database of sql.js', 'prepare', 'getRowsModified'],
  ['a SQLite handle', 'prepare', 'exec'],
  ['an ioredis Cluster', 'call', 'duplicate', 'nodes'],
  ['an ioredis client', 'call', 'duplicate'],
  ['a cluster client of node-redis', 'sendCommand', 'hGetAll', 'nodeClient'],
  ['a Sentinel client of node-redis', 'sendCommand', 'hGetAll', 'getSentinelNode'],
  ['a pool of node-redis', 'sendCommand', 'hGetAll', 'execute'],
  ['a client of the redis package (node-redis)', 'sendCommand', 'hGetAll'],
  ['a client of Valkey GLIDE', 'customCommand', 'exec', 'hgetall'],
]

/**
 * Names the value that was passed where a store expects a client, for messages: `a Knex instance`, `text`, `an object`.
 * Of a text or an object without methods it tells no content: there may be a password in it.
 *
 * @example
 * describeClient('postgres://app:secret@db/app') // 'a text'
 */
export function describeClient(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'a text'
  if (value instanceof URL) return 'a URL'
  if (typeof value !== 'object' && typeof value !== 'function') return typeof value
  const known = clients.find(([, ...members]) => members.every((member) => has(value, member)))
  if (known !== undefined) return known[0]
  if (typeof value === 'function') return isClass(value) ? 'a class' : 'a function'
  if (typeof Reflect.get(value, 'then') === 'function') return 'a promise'
  return isPlain(value) ? 'a plain object' : 'an object'
}

// A client may be a proxy that throws for what it does not know.
function has(value: object, member: string): boolean {
  try {
    return Reflect.get(value, member) !== undefined
  } catch {
    return false
  }
}

function isClass(value: object): boolean {
  return Function.prototype.toString.call(value).startsWith('class')
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
