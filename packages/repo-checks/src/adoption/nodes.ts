import { join } from 'node:path'
import { type Tools, toolsOrSkip } from './tools.ts'

/** Other versions of Node. */
export interface Nodes extends Pick<Tools, 'describe'> {
  /** The program of one of the versions. Call it in hooks and tests. */
  program(version: string): string
}

/** Fetches Nodes as npm carries them: packages with the program alone, which need no install script. */
export async function nodesOrSkip(versions: readonly string[]): Promise<Nodes> {
  const packages = versions.map((version) => [
    `node-${version}`,
    `npm:node-${process.platform}-${process.arch}@${version}`,
  ])
  const tools = await toolsOrSkip(Object.fromEntries(packages))
  return {
    describe: tools.describe,
    program: (version) => join(tools.folder(), 'node_modules', `node-${version}`, 'bin', 'node'),
  }
}
