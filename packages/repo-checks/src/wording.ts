/** Words that are archaic, or harder to read than their modern form, and what to write instead. */
const patterns: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bwho(?:m|s)?(?:so)?ever\b/i, 'the caller, an actor that …'],
  [/\b(?:to|of|by|with|from|on|in|for|is|throws|gives|stores) wh(?:at|ich)ever\b/i, 'everything that …, any …'],
  [/\bfor how long\b/i, 'how long'],
  [/\bfrom (?:when|which) on\b|\bfrom when\b/i, 'at which …, since …'],
  [/\banew\b/i, 'again'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\bhear(?:s|d|ing)? of\b/i, 'learn about'],
  [
    /\b(?:is|are|was|were) (?:not )?to (?:be|go|have|do|tell|hold|take|give|keep|make|stay|use|send|end|pass|show|get|become|serve|change)\b/i,
    'a verb: "is stored", "must be …"',
  ],
  [/\b(?:some|no|every|any)body\b/i, 'a caller, another user, no one'],
  [/\b(?:told|tells?|telling) of\b/i, 'reports, is called for'],
  [/\b(?:hence|thereof|thereby|whereof|therein|whereby|herein|thence|wherein|lest|nought|aught)\b/i, 'so, which'],
  [/\b(?:to|by|for|from|against|than|only) who (?!m\b)[a-z]+/i, 'to a caller that …'],
  [/\bslips? of the pen\b/i, 'mistake'],
  [/, were (?:it|they|nothing|there)\b/i, 'if …'],
  [/\bfor ever\b/i, 'indefinitely'],
  [/\b(?:that|which|who|what) (?:is|are|was|were) none\b(?! of)/i, 'an invalid …'],
  [/\b(?:that|which|who) (?:is|are|was|were) no (?!longer\b|more\b|one\b|such\b)[a-z]+/i, 'that is not a …'],
  [/(?<!\b(?:there|it|that|which|who|what) )\b(?:is|are) none\b(?! of)(?!:)/i, 'is not a …, is empty'],
  [/\b(?:makes?|gives?|takes?) none\b/i, 'cannot make …, does not give …'],
  [/\bfor good\b(?! (?:keys|tokens|reasons?))/i, 'permanently'],
  [/\ball the same\b/i, 'still, nevertheless'],
  [/\b(?:go|goes|went|going) on [a-z]+ing\b/i, 'keeps …'],
  [
    /\bsome (?:\d|(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)y\b|(?:two|three|four|five|six|seven|eight|nine|ten|hundred|thousands?|minutes)\b)/i,
    'about …, a few …',
  ],
  [/\bso long[.;,]/i, 'that long, as long as …'],
  [/\bof (?:yours|theirs)\b/i, 'your …, their …'],
  [/\bwhat (?:``|[a-z]+) (?:is|was|may be) told\b/i, 'input of …, options of …'],
  [/\b(?:knows?|tells?|teaches|says?|told) nothing of\b/i, 'reveals nothing about'],
]

/** Every archaic word in pages, comments and texts, as `file:line "words": write …`. Code is not looked at. */
export function archaicWords(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) => {
    const proseOf = file.endsWith('.md') ? proseOfPage : proseOfCode
    return text.split('\n').flatMap((line, index) => {
      const prose = proseOf(line)
      return patterns.flatMap(([pattern, instead]) => {
        const found = pattern.exec(prose)?.[0]
        return found === undefined ? [] : [`${file}:${index + 1} "${found}": write ${instead}`]
      })
    })
  })
}

const inlineCode = /`[^`]*`/g

function proseOfPage(line: string): string {
  return line.replaceAll(inlineCode, '``')
}

const quoted = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g
const comment = /^\s*(?:\/?\*|\/\/|--)|(?:^|\s)\/\/\s.*$/

/** The comment of a line, or else its texts of several words: names and values are no prose. */
function proseOfCode(line: string): string {
  if (comment.test(line)) {
    const start = line.search(comment)
    return line.slice(start).replaceAll(inlineCode, '``')
  }
  const texts = [...line.matchAll(quoted)].map(([text]) => text).filter((text) => text.includes(' '))
  return texts.join('\n')
}
