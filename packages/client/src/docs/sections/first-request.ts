import type { GuideFacts } from '../guide-options.ts'

/** From no key to a first answer. */
export function first({ keysPage, prefix, environments, variable, url, product, rotateEveryDays }: GuideFacts): string {
  const environment = environments.at(-1)?.name ?? 'production'
  const sample = environments.some(({ name }) => name === 'production') ? 'production' : environment
  return `
## Create a key

1. Open ${keysPage}, and choose *Create key*.
2. Name it after the program that will use it, such as "billing worker". Choose its environment, and only the
   [permissions](#permissions) that the program needs.
3. Copy the key. It is shown once: ${product} stores no copy that could be read again. If you lose it,
   [rotate](#rotate-every-${rotateEveryDays}-days) the key.

A key has ${prefix.length + sample.length + 67} characters and begins with its environment:

\`\`\`text
${prefix}_${sample}_7Fq2mB4xK9aLr0Zs...
\`\`\`

## Make a request

Put the key into the environment variable \`${variable}\`, and send it in the header \`Authorization\`, behind the word
\`Bearer\`:

\`\`\`sh
export ${variable}='<your key>'

curl ${url} \\
  --header "Authorization: Bearer $${variable}"
\`\`\`

In PowerShell, set the variable with \`$env:${variable} = '<your key>'\`.`
}
