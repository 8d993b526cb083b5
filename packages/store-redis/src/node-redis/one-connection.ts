import type { NodeRedisClient } from './client.ts'

/** One connection of node-redis: it connects once, queues nothing, repeats nothing, and is over when it is lost. */
export interface OneConnection {
  connect(): Promise<void>
  call(command: string, args: readonly (string | number)[]): Promise<unknown>
  subscribe(channel: string, listener: (channel: string, message: string) => void): Promise<unknown>
  /** Whether it keeps the process alive. */
  hold(isHeld: boolean): void
  /** Ends it, whatever it is doing. What waits for an answer rejects. */
  destroy(): void
}

/**
 * Makes a connection with the settings of a client.
 *
 * @param lost is told once, when it ends otherwise than by `destroy`
 */
export function oneConnection(
  client: NodeRedisClient,
  connectMs: number,
  lost: (error: unknown) => void,
): OneConnection {
  const connection = client.duplicate(overridesFor(client, connectMs))
  let hasSocket = false
  let isOver = false

  const end = (): void => {
    isOver = true
    // Before there is a socket nothing could be closed, and the one to come would stay. It is closed when it comes.
    if (hasSocket) quietly(() => connection.destroy())
  }
  const fail = (error: unknown): void => {
    if (isOver) return
    end()
    lost(error)
  }
  connection.on('connect', () => {
    hasSocket = true
    if (isOver) end()
  })
  // Also of a connection that is over: an `error` without a listener ends the process.
  connection.on('error', (error) => fail(error))
  connection.on('end', () => fail(new Error('Connection is closed.')))

  return {
    async connect() {
      await connection.connect()
      if (isOver) throw new Error('Connection is closed.')
    },
    call: (command, args) => connection.sendCommand([command, ...args.map(String)]),
    subscribe: (channel, listener) => connection.subscribe(channel, (message, from) => listener(from, message)),
    hold: (isHeld) => (isHeld ? connection.ref() : connection.unref()),
    destroy: end,
  }
}

/**
 * Settings of the host that must not count here: replies come as Redis sends them, in RESP2; nothing waits in a queue, is
 * cached, or is done by a timer of the client.
 */
function overridesFor(client: NodeRedisClient, connectMs: number): object {
  return {
    socket: {
      ...client.options?.socket,
      connectTimeout: connectMs,
      socketTimeout: undefined,
      reconnectStrategy: false,
    },
    RESP: 2,
    commandOptions: {},
    disableOfflineQueue: true,
    commandsQueueMaxLength: undefined,
    pingInterval: 0,
    clientSideCache: undefined,
    emitInvalidate: false,
    maintNotifications: 'disabled',
    readonly: false,
  }
}

function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // It was closed already.
  }
}
