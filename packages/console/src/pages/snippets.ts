import { covers } from '../forms/covers.ts'
import type { Settings } from '../options/settings.types.ts'

/** How a key is used, in a language. */
export interface Snippet {
  readonly title: string
  readonly text: string
}

/** Stands for the key. The script of the page puts the key in its place when the line is copied. */
const placeholder = '<paste the key>'

/** Lines to paste, with a request that a key of these permissions may make. The key itself stands on its page once, in its field: here it is read from the environment. */
export function snippets(
  { envName, url: neutral, urls, header }: Settings['snippets'],
  permissions: readonly string[],
): readonly Snippet[] {
  const url = urls.find(([name]) => covers(permissions, name))?.[1] ?? neutral
  const isBearer = header.toLowerCase() === 'authorization'
  const value = (name: string): string => (isBearer ? `Bearer ${name}` : name)
  return [
    { title: '.env', text: `${envName}=${placeholder}` },
    { title: 'curl', text: `curl ${url} \\\n  -H "${header}: ${value(`$${envName}`)}"` },
    {
      title: 'Node.js',
      text: [
        `const response = await fetch('${url}', {`,
        isBearer
          ? `  headers: { ${header}: \`Bearer \${process.env.${envName}}\` },`
          : `  headers: { '${header}': process.env.${envName} },`,
        '})',
        'console.log(response.status, await response.json())',
      ].join('\n'),
    },
    {
      title: 'Python',
      text: [
        'import os',
        'import requests',
        '',
        'response = requests.get(',
        `    "${url}",`,
        isBearer
          ? `    headers={"${header}": f"Bearer {os.environ['${envName}']}"},`
          : `    headers={"${header}": os.environ["${envName}"]},`,
        ')',
        'print(response.status_code, response.json())',
      ].join('\n'),
    },
  ]
}
