/** A fenced block of code in a Markdown file. */
export interface CodeBlock {
  /** What stands after the opening fence: `ts`, `ts no-check`. */
  readonly info: string
  readonly code: string
  /** The name in a `<!-- test: name -->` comment on the line before the fence. */
  readonly testName: string | undefined
  /** Line of the opening fence, 1-based. */
  readonly line: number
}

/** Every fenced block of a Markdown text. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  const lines = markdown.split('\n')
  let open: { fence: string; block: CodeBlock; body: string[] } | undefined
  for (const [index, line] of lines.entries()) {
    const [, fence = '', info = ''] = /^\s*(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line) ?? []
    if (open === undefined) {
      if (fence === '') continue
      open = { fence, body: [], block: { info, code: '', testName: markBefore(lines, index), line: index + 1 } }
    } else if (fence.startsWith(open.fence) && info === '') {
      blocks.push({ ...open.block, code: `${open.body.join('\n')}\n` })
      open = undefined
    } else open.body.push(line)
  }
  return blocks
}

/** Targets of the links and images of a Markdown text that are not in code, with their lines. */
export function links(markdown: string): { target: string; line: number }[] {
  let fence = ''
  return markdown.split('\n').flatMap((line, index) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? ''
    if (mark !== '' && (fence === '' || mark.startsWith(fence))) {
      fence = fence === '' ? mark : ''
      return []
    }
    if (fence !== '') return []
    const prose = line.replace(/`[^`]*`/g, '')
    const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)]
    const definitions = [...prose.matchAll(/^\s{0,3}\[[^\]]+\]:\s*<?([^\s>]+)/g)]
    return [...inline, ...definitions].map(([, target = '']) => ({ target, line: index + 1 }))
  })
}

/** The anchors of a Markdown text's headings, as GitHub makes them. */
export function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>()
  const found = markdown.replace(/^(`{3,}|~{3,})[^]*?^\1/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)
  const slugs = [...found].map(([, heading = '']) => {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = text.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  })
  return new Set(slugs)
}

function markBefore(lines: readonly string[], index: number): string | undefined {
  const before = lines.slice(0, index).findLast((line) => line.trim() !== '') ?? ''
  return /^\s*<!--\s*test:\s*([\w-]+)\s*-->\s*$/.exec(before)?.[1]
}
