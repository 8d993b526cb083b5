// <prefix>_<environment>_<id, secret, check>: also one that lost its end, as behind 16 characters of id and some secret.
const shape = /(?:^|[^a-z0-9])[a-z][a-z0-9]{0,15}_[a-z][a-z0-9]{0,15}_([0-9A-Za-z]{20,})/g

/** Where a text holds what looks like a token of any keyring, or the beginning of one. */
function tokensIn(text: string): readonly string[] {
  return Array.from(text.matchAll(shape)).flatMap(([match, body = '']) =>
    // Twenty random characters are never all lower case; words in file names are.
    /[0-9A-Z]/.test(body) ? [match.replace(/^[^a-z0-9]/, '')] : [],
  )
}

/** Whether a text holds what looks like a token. */
export function looksLikeToken(text: string): boolean {
  return tokensIn(text).length > 0
}

/** A text without tokens and without the passwords of URLs: for what is shown of errors. */
export function withoutSecrets(text: string): string {
  return tokensIn(text)
    .reduce((rest, token) => rest.replaceAll(token, '[a key]'), text)
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@/]*@/gi, '$1:***@')
}
