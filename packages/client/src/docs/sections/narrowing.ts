import type { GuideFacts } from '../guide-options.ts'

/** What narrows a key beyond its permissions, and keys from before: only what the API has. */
export function narrowing(facts: GuideFacts): string {
  return [facts.resources.length > 0 ? resources(facts) : '', facts.addresses ? addresses(facts) : '', earlier(facts)]
    .filter((section) => section !== '')
    .map((section) => section.trim())
    .join('\n\n')
}

function resources({ resources: types, product }: GuideFacts): string {
  const rows = types.map(({ name, description }) => `| \`${name}\` | ${description} |`)
  return `
## Resources

A key may be for some of your resources only. Where you choose none of a type, it reaches all of that type, also those that
come later; where you choose some, it reaches those, and no others.

| Type | What it is |
|---|---|
${rows.join('\n')}

A request for another one is answered with 403 \`resource_not_allowed\`, whether that one exists or not. Lists hold only
what the key reaches, so an item that is missing in a list may be one that the key does not reach. To give a key more, change
its resources in ${product}; the key itself stays as it is.`
}

function addresses({ product }: GuideFacts): string {
  return `
## Addresses

A key may be limited to the addresses of your servers, as IPv4 or IPv6 addresses or ranges such as \`198.51.100.0/24\`. A copy
of it is then useless elsewhere. Requests from another address are answered with 403 \`address_not_allowed\`.

* Enter the *public* addresses, as ${product} sees them: those of your NAT gateway or proxy, not \`10.0.0.5\`.
* A server with IPv6 may call by IPv6: enter both.
* Add the address of a new server before it starts. On platforms whose addresses change (serverless functions, most CI), leave
  the list empty, or send requests through a gateway with a fixed address.`
}

function earlier({ importedKeys, product, client, variable, prefix, baseUrl, path }: GuideFacts): string {
  if (importedKeys === undefined) return ''
  const { pattern, until } = importedKeys
  const end =
    until === undefined
      ? 'They have no common end.'
      : `They all end on ${until.toISOString().slice(0, 10)}: replace them before.`
  const text = `
## Keys from before

Keys that ${product} issued before the present form stay valid, with their permissions. You need not change anything now.
${end}
A rotation gives such a key a secret of the present form. Until then it looks different, and has no checksum: a mistake in
copying it shows only as \`invalid_key\`.`
  if (pattern === undefined) return text
  return `${text}

Our client has to be told what they look like:

\`\`\`js
// earlier.mjs
import { apiKeyFromEnv, createFetch } from '${client}'

const otherForms = ${pattern}
const api = createFetch({
  apiKey: apiKeyFromEnv('${variable}', { prefix: '${prefix}', otherForms }),
  baseUrl: '${baseUrl}',
})
const response = await api('${path}')
console.log(await response.json())
\`\`\``
}
