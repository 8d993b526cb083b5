import type { ApiKeyMistake, ExpectedForm } from './mistake.ts'
import { bodyLength, headOf } from './token-form.ts'

/** Where a text came from, and what a key would look like. */
export interface MistakeScene extends ExpectedForm {
  /** The environment variable; undefined for a key that was passed directly. */
  readonly variable?: string | undefined
  /** A variable that is set and has nearly this name. */
  readonly nearVariable?: string | undefined
  /** What came, if it was a text. Nothing of it is repeated but its length. */
  readonly text?: string | undefined
}

/** Says what is wrong and how to fix it. The text itself is never repeated. */
export function describeMistake(mistake: ApiKeyMistake, scene: MistakeScene): { what: string; fix: string } {
  const { what, fix } = texts[mistake]
  const subject = scene.variable ?? 'The API key'
  return { what: `${subject} ${what(scene)}`, fix: fix(scene) }
}

interface Text {
  what(scene: MistakeScene): string
  fix(scene: MistakeScene): string
}

const again = 'Copy the whole key again; if you no longer have it, create a new one or rotate it.'

const texts: Readonly<Record<ApiKeyMistake, Text>> = {
  not_set: {
    what: ({ nearVariable }) =>
      nearVariable === undefined ? 'is not set.' : `is not set, but ${nearVariable} is: did you mean that?`,
    fix: ({ variable }) =>
      variable === undefined
        ? 'Pass the key, or better, set an environment variable and read it with apiKeyFromEnv().'
        : `Set it before the program starts: export ${variable}=<your key>. ` +
          `Or write ${variable}=<your key> into a file .env and start with: node --env-file=.env`,
  },
  empty: {
    what: () => 'is set, but empty.',
    fix: ({ variable }) =>
      variable === undefined
        ? 'Pass the key.'
        : `Put the key behind the equals sign, without a space: ${variable}=<your key>. ` +
          'In CI, check that the secret exists and that this job may read it.',
  },
  not_text: {
    what: () => 'is not a text.',
    fix: () => 'Pass the key as a string, or as apiKeyFromEnv() or apiKey() returned it.',
  },
  scheme: {
    what: () => 'holds a header, not only the key.',
    fix: () => 'Remove what stands before the key, such as "Bearer" or "Authorization:". The client adds it.',
  },
  assignment: {
    what: () => 'holds a whole assignment, not only the key.',
    fix: () => 'Keep only what stands behind the equals sign.',
  },
  quotes: {
    what: () => 'has quotes or brackets around the key, or at one end of it.',
    fix: () =>
      'Remove them. "docker run --env-file" and many CI settings keep quotes as a part of the value; shells and Node do not.',
  },
  placeholder: {
    what: () => 'holds a placeholder, not a key.',
    fix: () => 'Replace it with your key. If it should come from another variable, that one was not filled in.',
  },
  masked: {
    what: () => 'holds a shortened key, as lists show it.',
    fix: () =>
      'A list cannot show the whole key; you saw it once, when it was created. Create a new key, or rotate this one.',
  },
  newline: {
    what: () => 'has a line end in it, or the characters \\n.',
    fix: () =>
      'Remove it. Files often end with one: use "$(cat file)" in a shell, or printf in place of echo where you store the secret. ' +
      'A .env file written on Windows leaves \\r.',
  },
  whitespace: {
    what: () => 'has spaces, tabs or invisible characters in it.',
    fix: () => 'Remove them, also at both ends. One variable holds one key.',
  },
  illegal_character: {
    what: () => 'has characters that no key has.',
    fix: () => `A key consists of letters, digits and "_". ${again}`,
  },
  foreign_prefix: {
    what: ({ prefixes }) =>
      prefixes === undefined
        ? 'does not look like an API key.'
        : `is not a key of this API: those begin with ${prefixes.map((prefix) => `${prefix}_`).join(' or ')}.`,
    fix: () => 'Look for a key of another service that was put here.',
  },
  unknown_environment: {
    what: ({ environments = [] }) => `is a key of another environment. Wanted here: ${environments.join(', ')}.`,
    fix: () => 'Create a key for this environment; each environment has keys of its own.',
  },
  truncated: {
    what: (scene) => `was cut off: ${lengths(scene)}.`,
    fix: () => again,
  },
  too_long: {
    what: (scene) => `is too long: ${lengths(scene)}.`,
    fix: () => 'Something else was pasted, or more than the key.',
  },
  altered: {
    what: () => 'was altered: its checksum is wrong.',
    fix: () => `A character is missing, exchanged or doubled. ${again}`,
  },
}

function lengths({ text = '' }: MistakeScene): string {
  const head = headOf(text)
  const wanted = head === undefined ? '' : `, and this key should have ${head.length + bodyLength}`
  return `it has ${text.length} characters${wanted}`
}
