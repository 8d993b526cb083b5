import cluster from 'node:cluster'

let isTold = false

/** Whether this process is one of several that serve the same: a worker of `node:cluster`, or one that PM2 numbers. */
export function isOneOfSeveral(
  isClusterWorker: boolean = cluster.isWorker,
  instance: string | undefined = process.env.NODE_APP_INSTANCE,
): boolean {
  return isClusterWorker || (instance !== undefined && instance !== '' && instance !== '0')
}

/** Says once that memory is not shared: clients would get 200 and 401 in turns. */
export function warnOfSeveral(isSeveral: boolean = isOneOfSeveral()): void {
  if (!isSeveral || isTold) return
  isTold = true
  process.emitWarning(
    'memoryStore() in one of several processes: each has keys of its own, so that a key made or revoked in one is unknown in the others. Use a store that they share: redisStore, postgresStore, mysqlStore or sqliteStore.',
    { type: 'ClavigerWarning', code: 'CLAVIGER_MEMORY_STORE' },
  )
}
