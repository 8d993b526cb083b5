import type { GuideFacts } from '../guide-options.ts'

/** From a symptom to what to do. */
export function troubleshooting(facts: GuideFacts): string {
  const { client, variable, prefix, url, support } = facts
  return `
## Troubleshooting

Look at the whole answer first; \`code\`, \`hint\` and \`detail\` say what is wrong:

\`\`\`sh
curl --silent --show-error --include ${url} --header "Authorization: Bearer $${variable}"
\`\`\`

Let the client look at the variable, without sending it. It prints the key in a shortened form, or what is wrong:

\`\`\`sh
node --input-type=module --eval "
  import { apiKeyFromEnv } from '${client}'
  console.log(String(apiKeyFromEnv('${variable}', { prefix: '${prefix}' })))
"
\`\`\`

| Status, \`code\` | What happened | What to do |
|---|---|---|
| 401 \`missing_credentials\` | no key arrived, or not behind the word \`Bearer\` | is the variable set in *this* process? does a proxy remove the header? |
| 401 \`malformed_key\` | it cannot be a key: quotes, spaces, a placeholder, cut off | see \`hint\`; copy the whole key again |
| 401 \`invalid_key\` | no such key | another product's or deployment's key? was it created in another workspace? |
| 401 \`key_revoked\` | the key was revoked | create a new one |
| 401 \`key_expired\` | its expiry date has passed | create a new one |
| 401 \`key_disabled\` | it is switched off | ask the person who disabled it |
| 401 \`key_rotated\` | this is an old secret, and the overlap is over | use the newest secret; look for a process that was not restarted |
| 401 \`wrong_workspace\` | the address belongs to another workspace | check the address, or use that workspace's key |
| 400 \`multiple_credentials\` | two keys in one request | send one; a proxy or a default header may add another |
| 403 \`insufficient_permission\` | the key lacks a permission | grant it, if the program should have it |
| 403 \`owner_lacks_permission\` | the key's owner has lost the permission | ask an administrator, or use a service account |
| 403 \`owner_gone\` | the key's owner has left | give the key another owner, or create a new one |
| 403 \`wrong_environment\` | a key of another environment | use the key of this environment |
${rowsOf(facts)}| 503 \`temporarily_unavailable\`, \`verifier_busy\` | the key could not be checked just now | try again after \`Retry-After\`; do not replace the key |
| 500 \`guard_failed\`, \`guard_missing\`, \`guard_without_auth\` | a fault of the API | write to ${support} |

When you write to ${support}, send the shortened key (\`${prefix}_...\` with its first and last characters), the time
and the answer. Never send the key.`
}

/** What is refused only where the API has it. */
function rowsOf({ resources, addresses, limits }: GuideFacts): string {
  const resource =
    '| 403 `resource_not_allowed` | the key is for other [resources](#resources) | use a key for this one, or have it added |\n'
  const address =
    '| 403 `address_not_allowed` | the key works from other [addresses](#addresses) only | call from one of them, or have your public address added to the key |\n'
  const limit =
    '| 429 `rate_limited` | too many requests: see [limits](#limits) | wait as long as `Retry-After` says; spread the work |\n'
  return `${resources.length > 0 ? resource : ''}${addresses ? address : ''}${limits.length > 0 ? limit : ''}`
}
