import { readFile } from 'node:fs/promises'

/** A prompt of the library. */
export interface Prompt {
  readonly id: string
  readonly title: string
  readonly text: string
}

interface Library {
  readonly prompts: readonly Prompt[]
  /** Names of files in the folder `context`. */
  readonly contextFiles: readonly string[]
}

const libraries = new Map<string, Library>([
  [
    'acme',
    {
      prompts: [
        {
          id: 'support-reply',
          title: 'Reply to a customer',
          text: 'Answer the message below in at most 120 words. Follow brand-voice.md. Promise no dates.\n\n{{message}}',
        },
        {
          id: 'release-notes',
          title: 'Release notes from commits',
          text: 'Turn these commit messages into release notes for users. Group them as Added, Changed, Fixed.\n\n{{commits}}',
        },
        {
          id: 'sql-review',
          title: 'Review a query',
          text: 'Say which index this query uses, what it scans, and how you would rewrite it.\n\n{{query}}',
        },
      ],
      contextFiles: ['brand-voice.md', 'product-names.md'],
    },
  ],
  [
    'globex',
    {
      prompts: [
        {
          id: 'meeting-summary',
          title: 'Summarise a meeting',
          text: 'List decisions, open questions, and who does what until when. Use the terms of glossary.md.\n\n{{transcript}}',
        },
        {
          id: 'contract-risks',
          title: 'Find risks in a contract',
          text: 'Quote every clause that moves a risk to us, and name the risk in one sentence each.\n\n{{contract}}',
        },
      ],
      contextFiles: ['glossary.md'],
    },
  ],
])

const contextFolder = new URL('../../context/', import.meta.url)

/** The prompts of a workspace, without their texts. */
export function promptsOf(workspaceId: string): readonly Omit<Prompt, 'text'>[] {
  return libraries.get(workspaceId)?.prompts.map(({ id, title }) => ({ id, title })) ?? []
}

/** One prompt of a workspace. */
export function promptOf(workspaceId: string, id: string): Prompt | undefined {
  return libraries.get(workspaceId)?.prompts.find((prompt) => prompt.id === id)
}

/**
 * The text of a context file of a workspace. Only names on the workspace's list are ever joined with the folder's
 * path, so that no request can name another file.
 */
export async function contextFileOf(workspaceId: string, name: string): Promise<string | undefined> {
  const listed = libraries.get(workspaceId)?.contextFiles.find((file) => file === name)
  return listed === undefined ? undefined : readFile(new URL(listed, contextFolder), 'utf8')
}
