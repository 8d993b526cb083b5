import type { GuideFacts } from '../guide-options.ts'

/** How many requests are allowed, and how a program keeps to it. */
export function limits({ limits: all, url, variable }: GuideFacts): string {
  if (all.length === 0) return ''
  const rows = all.map(
    ({ name, allows, sharedBy, description }) => `| \`${name}\` | ${allows} | ${sharedBy} | ${description} |`,
  )
  return `
## Limits

| Limit | Requests | Shared by | Counts |
|---|---|---|---|
${rows.join('\n')}

Answers say what is left, of the tightest limit if there are several:

\`\`\`text
RateLimit-Policy: "key";q=600;w=60
RateLimit: "key";r=599;t=42
\`\`\`

The limit \`key\` allows \`q\` requests in \`w\` seconds; \`r\` are left, and in \`t\` seconds all are allowed again. A limit by the month
has no \`w\`. To see yours:

\`\`\`sh
curl --silent --show-error --output /dev/null --dump-header - ${url} \\
  --header "Authorization: Bearer $${variable}" | grep -i '^ratelimit' || echo 'not limited'
\`\`\`

A request over the limit is answered with 429 \`rate_limited\`, and is not carried out. Wait as long as \`Retry-After\` says, then
send it again: every method is safe to repeat then. Without \`Retry-After\`, the request costs more than the whole limit: ask for
less. Requests that are refused with 401 or 403 do not count. Spread work over the window instead of sending it at once, and slow
down when \`r\` becomes small. A second key does not help where a limit is shared.`
}
