import type { GuideFacts } from '../guide-options.ts'

/** The API without a client. */
export function rest({ baseUrl, url, variable, header, path, client, limits }: GuideFacts): string {
  const limited =
    limits.length === 0
      ? ''
      : '| 429 | over a [limit](#limits) | wait as long as `Retry-After` says, then send again |\n'
  return `
## REST

The API is at \`${baseUrl}\`. Every request carries one key, in one header:

\`\`\`http
GET ${new URL(url).pathname} HTTP/1.1
Host: ${new URL(url).host}
Authorization: Bearer <your key>
\`\`\`
${otherHeader(url, variable, header)}
Keys in URLs and in bodies are not accepted. Two keys in one request are refused, even equal ones.

On a machine that you share, other users can see the arguments of your programs. Give curl the header through a pipe:

\`\`\`sh
printf 'header = "Authorization: Bearer %s"\\n' "$${variable}" | curl --config - ${url}
\`\`\`

A refusal is a JSON document with a stable \`code\` to switch on, and a \`detail\` for people:

| Status | Means | What your program should do |
|---|---|---|
| 400 | two keys, or something wrong with the request itself | correct the request |
| 401 | the key is missing, damaged, unknown or has ended | stop, and tell a person: another attempt gives the same answer |
| 403 | the key is good, and may not do this | stop, and tell a person |
${limited}| 503 | the API could not check the key; the key may be good | wait as long as \`Retry-After\` says, then send again |

The client does all of this. Without it, in Python:

\`\`\`python
# refusals.py
import json
import os
import time
import urllib.error
import urllib.request


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """urllib would send the key to wherever it is redirected."""

    def redirect_request(self, *args):
        return None


api = urllib.request.build_opener(NoRedirect)
headers = {"Authorization": f"Bearer {os.environ['${variable}']}"}


def get(path, attempts=4):
    request = urllib.request.Request("${baseUrl}" + path, headers=headers)
    for attempt in range(1, attempts + 1):
        try:
            with api.open(request, timeout=10) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code in (429, 503) and attempt < attempts:
                time.sleep(int(error.headers.get("Retry-After", "1")))
                continue
            raise SystemExit(f"{error.code} {error.read().decode()}")


print(get("${path}"))
\`\`\`

With the client in Node, refusals are errors with a \`code\` of their own:

\`\`\`js
// refusals.mjs
import { apiKeyFromEnv, createFetch, isApiClientError } from '${client}'

const api = createFetch({ apiKey: apiKeyFromEnv('${variable}'), baseUrl: '${baseUrl}' })

try {
  const response = await api('${path}')
  console.log(await response.json())
} catch (error) {
  if (!isApiClientError(error)) throw error
  if (error.code === 'permission_denied') console.error('missing:', error.problem?.requiredPermissions)
  else console.error(error.message)
  process.exitCode = 1
}
\`\`\``
}

function otherHeader(url: string, variable: string, header: string | undefined): string {
  if (header === undefined) return ''
  return `
Where a tool cannot set \`Authorization\`, send the bare key in \`${header}\`:

\`\`\`sh
curl ${url} --header "${header}: $${variable}"
\`\`\`
`
}
