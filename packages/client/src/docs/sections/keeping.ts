import type { GuideFacts } from '../guide-options.ts'

/** Where the key is kept, and how programs read it. */
export function keeping({ variable, url, baseUrl, path, prefix, client }: GuideFacts): string {
  return `
## Environment variables

A program reads the key from its environment, so that the key is neither in the code nor in the repository.

Node, without a package:

\`\`\`js
// main.mjs
const key = process.env.${variable}
if (!key) throw new Error('${variable} is not set')

const response = await fetch('${url}', { headers: { Authorization: \`Bearer \${key}\` } })
if (!response.ok) throw new Error(\`\${response.status} \${await response.text()}\`)
console.log(await response.json())
\`\`\`

Node, with our client (\`npm install ${client}\`). It finds mistakes in the variable before the first request, waits
when the API asks it to, hides the key from logs, and sends it to no other server:

\`\`\`js
// client.mjs
import { apiKeyFromEnv, createFetch } from '${client}'

const api = createFetch({
  apiKey: apiKeyFromEnv('${variable}', { prefix: '${prefix}' }),
  baseUrl: '${baseUrl}',
})
const response = await api('${path}')
console.log(await response.json())
\`\`\`

Python 3, without a package:

\`\`\`python
# main.py
import json
import os
import urllib.request


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """urllib would send the key to wherever it is redirected."""

    def redirect_request(self, *args):
        return None


key = os.environ["${variable}"]
api = urllib.request.build_opener(NoRedirect)
request = urllib.request.Request("${url}", headers={"Authorization": f"Bearer {key}"})
with api.open(request, timeout=10) as response:
    print(json.load(response))
\`\`\`

### A file \`.env\`

On your own machine, a file named \`.env\` can hold the variable. Write the key without quotes and without spaces:

\`\`\`ini
${variable}=<your key>
\`\`\`

Keep the file out of the repository, and let only yourself read it. Node reads it without a package:

\`\`\`sh
echo .env >> .gitignore
chmod 600 .env
node --env-file=.env main.mjs
\`\`\`

For other programs, let the shell read it:

\`\`\`sh
set -a; . ./.env; set +a
python3 main.py
\`\`\`

On servers, use what your platform has for secrets, in place of a file. Platforms set the same variable.

### Direct initialisation

The client also takes the key as a text. This works, and we do not recommend it: a key in the code is in every copy of
the repository and in its history, every reader can use it, and changing it takes a release.

\`\`\`js
// direct.mjs
import { createFetch } from '${client}'

const api = createFetch({ apiKey: '<your key>', baseUrl: '${baseUrl}' })
const response = await api('${path}')
console.log(response.status)
\`\`\`

It is right for a key that your program has just read from a secrets manager.`
}
