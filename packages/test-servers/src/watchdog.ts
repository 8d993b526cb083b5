import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { sendSignal } from './process-tree.ts'

/** Sees to it that a server does not outlive us. */
export interface Watchdog {
  /** The server has ended: nothing is left to kill. */
  dismiss(): void
}

const watched = new Map<number, string>()
let isListening = false

/**
 * Kills the server and removes its directory when this process ends, however it ends. An `exit` listener does not run
 * when a test runner kills its worker, so a shell waits for the end of a pipe that only we hold open.
 */
export function watch(pid: number, directory: string): Watchdog {
  if (!isListening) process.once('exit', killAll)
  isListening = true
  watched.set(pid, directory)
  const shell = spawn('/bin/sh', ['-c', script, 'watchdog', String(pid), directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.on('error', () => {})
  shell.stdin.on('error', () => {})
  shell.unref()
  if (shell.stdin instanceof Socket) shell.stdin.unref()

  return {
    dismiss() {
      watched.delete(pid)
      shell.stdin.end('dismissed\n')
    },
  }
}

const script = 'read -r _ && exit; kill -9 "$1"; rm -rf "$2" || { sleep 1; rm -rf "$2"; }'

function killAll(): void {
  for (const [pid, directory] of watched) {
    sendSignal(pid, 'SIGKILL')
    try {
      rmSync(directory, { recursive: true, force: true })
    } catch {
      // The server's last processes may still write; the shell comes after them.
    }
  }
}
