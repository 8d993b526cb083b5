import type { GuideFacts } from '../guide-options.ts'

/** What to do with a key while it lives. */
export function running({ rotateEveryDays, overlap, keysPage, url, variable, prefix, support }: GuideFacts): string {
  return `
## Best practices

* Keep keys on servers. In a browser, a mobile app or a desktop app, every user can read them: call your own server
  from there, and let it call the API.
* Never put a key into a URL, a commit, a ticket, a chat or a log. Let your logger leave out the header
  \`Authorization\`. Keys match this regular expression, for secret scanners: \`${prefix}_[a-z][a-z0-9]*_[0-9A-Za-z]{65}\`.
* One key for one program, with the fewest permissions, and an expiry date where the work has an end.
* Ask your platform to store the key encrypted, and to show it to few people.
* Plan the rotation before you need it: it should be a setting and a restart.

**A key has leaked?** Rotate it without an overlap, or revoke it, at once. Do this first; cleaning up the repository
does not help, because copies exist. Then look at the key's usage for requests that are not yours, and write to
${support}.

## Rotate every ${rotateEveryDays} days

A rotation gives the key a new secret. Name, permissions and history stay, and the old secret works for ${overlap}
more, so that nothing stops:

1. In ${keysPage}, open the key and choose *Rotate*. Copy the new secret.
2. Put it into \`${variable}\` where the program runs, and restart the program.
3. Watch the key's page until the old secret is no longer used, then end the overlap; or wait until it ends by itself.

Put a reminder into your calendar for every ${rotateEveryDays} days; the list of keys marks those that are due. Rotate
at once when a person who knew the key leaves, or when it was shown where it should not have been.

Before a secret ends, by expiry or after a rotation, responses carry the header \`API-Key-Expires\`. The client warns
once when it sees it. To look yourself:

\`\`\`sh
curl --silent --show-error --output /dev/null --dump-header - ${url} \\
  --header "Authorization: Bearer $${variable}" | grep -i '^api-key-expires' || echo 'no end announced'
\`\`\`

## Monitoring

The page of a key shows when it was used last, how many requests it made, and how many were refused and why. Look for:

* requests that you cannot explain, or at times when your program does not run: treat the key as leaked;
* refusals (401, 403): a program has an old key, or lacks a permission;
* keys that were not used for ${rotateEveryDays} days: revoke them.

In your program, count answers of 401 and 403 and raise an alarm at the first: they do not go away by themselves.

## Lifecycle

| State | Requests are | How it gets there, and what you can do |
|---|---|---|
| active | accepted | after *Create* |
| rotating | accepted with both secrets | after *Rotate*, until the overlap ends |
| disabled | refused, \`key_disabled\` | after *Disable*; *Enable* brings it back |
| expired | refused, \`key_expired\` | at its expiry date |
| revoked | refused, \`key_revoked\` | after *Revoke*, which cannot be undone |

A change takes effect within seconds. A revoked or expired key stays in the list for a while, so that you can see what
used it.`
}
