import { type GuideFacts, readGuideOptions, type UsersGuideOptions } from './guide-options.ts'
import { first } from './sections/first-request.ts'
import { keeping } from './sections/keeping.ts'
import { limits } from './sections/limits.ts'
import { narrowing } from './sections/narrowing.ts'
import { permissions } from './sections/permissions.ts'
import { rest } from './sections/rest.ts'
import { running } from './sections/running.ts'
import { troubleshooting } from './sections/troubleshooting.ts'

/**
 * The page "Authentication" that you give to your customers, in Markdown: how to create a key, keep it, send it, choose
 * its permissions, rotate it, and what to do when it is refused, with snippets for curl, Node and Python 3. Resources, addresses,
 * limits and keys from before are in it where you name them.
 *
 * It is a draft to edit, not a document to regenerate: add what only you know.
 *
 * @example
 * const page = usersGuide({
 *   product: 'Acme',
 *   baseUrl: 'https://api.acme.example/v1',
 *   path: '/prompts',
 *   prefix: 'acme',
 *   permissions: ['prompts:read', 'prompts:list'],
 *   environments: ['development', 'production'],
 * })
 *
 * @throws {SetupError} when an option cannot be used: everything in it goes into snippets that people paste into shells
 */
export function usersGuide(options: UsersGuideOptions): string {
  const facts = readGuideOptions(options)
  const sections = [head, first, keeping, permissions, narrowing, rest, limits, running, troubleshooting]
  const written = sections.map((section) => section(facts).trim()).filter((section) => section !== '')
  return `${written.join('\n\n')}\n`
}

function head({ product }: GuideFacts): string {
  return `
<!-- A draft of the page that you give to your customers, written by "claviger docs" with the names of ${product}. Its snippets
     are run by the tests of Claviger, in this order. Replace what is not true of your API, then remove this comment. -->

# Authentication

The ${product} API knows you by an API key, which you send with every request. A key belongs to one workspace and one
environment, and may do what its permissions say. Keep it as you keep a password.`
}
