import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { root } from './workspaces.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** What the build complained about; empty when it passed. Only tests of what is published need it to be. */
    readonly buildFailure: string
  }
}

/** Vitest's global set-up of projects that test what is published: builds once, before the first test file. */
export function setup(project: TestProject): void {
  const steps = [[join('node_modules', 'typescript', 'bin', 'tsc'), '-b'], [join('tools', 'bundle.mjs')]]
  let failure = ''
  for (const step of steps) {
    if (failure !== '') break
    const { status, stdout, stderr } = spawnSync(process.execPath, step, { cwd: root, encoding: 'utf8' })
    if (status !== 0) failure = stdout + stderr || `${step.join(' ')} ended with ${String(status)}`
  }
  project.provide('buildFailure', failure)
}
