import { readdirSync, readFileSync } from 'node:fs'

/**
 * A process and all its descendants, parents first. PostgreSQL has a process per connection, each in a group of its
 * own. Only Linux tells; elsewhere the answer is the process alone.
 */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const pid of allPids()) {
    const { parent } = statusOf(pid)
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** Whether a process still runs. One that is dead but not yet collected by its parent does not. */
export function isRunning(pid: number): boolean {
  return sendSignal(pid, 0) && statusOf(pid).state !== 'Z'
}

/** Sends a signal. `false` when there is no such process any more. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

function allPids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

function statusOf(pid: number): { readonly state?: string; readonly parent?: number } {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name before the last parenthesis may contain anything.
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return {}
  }
}
