import type { MalformedHint } from '../../token/hints.ts'

/** What is wrong with a text that is not a token, and how to fix it. */
export const malformedAdvice: Readonly<Record<MalformedHint, { readonly detail: string; readonly fix: string }>> = {
  not_a_string: { detail: 'The key is not text.', fix: 'Hand over the token as text, as it was shown once.' },
  empty: {
    detail: 'The key is empty.',
    fix: 'Set the environment variable that holds the key, and restart the client.',
  },
  too_long: {
    detail: 'The text is longer than any key.',
    fix: 'Send only the key: something else was pasted with it, or in its place.',
  },
  scheme_twice: {
    detail: 'A scheme such as "Bearer" stands before the key.',
    fix: 'Store the bare key; the client adds "Bearer " once.',
  },
  surrounding_quotes: {
    detail: 'There are quotes or brackets around the key.',
    fix: 'Remove the quotes from the environment file or the secret store: they became part of the value.',
  },
  whitespace: {
    detail: 'There are extra spaces, tabs or line ends in or around the key.',
    fix: 'Remove them: a line end pasted with the key is the usual cause, CRLF in an environment file another.',
  },
  placeholder: {
    detail: 'This is a placeholder, not a key: a variable was not filled in.',
    fix: 'Set the environment variable that holds the key, and check that the client reads that one.',
  },
  illegal_character: {
    detail: 'There are characters in it that no key has.',
    fix: 'Copy the key again: only letters, digits and "_" belong to it.',
  },
  foreign_prefix: {
    detail: 'The prefix is not one of this API: this is a key of something else.',
    fix: 'Use a key of this API. If the other key was sent here by mistake, replace it where it belongs.',
  },
  unknown_environment: {
    detail: 'The environment in the key is not one this API knows.',
    fix: 'Use a key that was made here; check that the client talks to the right server.',
  },
  truncated: {
    detail: 'The key was cut off: its end is missing.',
    fix: 'Copy the whole key. If it is lost, rotate it.',
  },
  checksum: {
    detail: 'The key was cut or altered: its checksum is wrong.',
    fix: 'Copy the key again, without retyping it. If it is lost, rotate it.',
  },
}
