import type { GuideEntry, GuideFacts } from '../guide-options.ts'

/** What a key may do, and where. */
export function permissions({ permissions: names, environments, product }: GuideFacts): string {
  return `
## Permissions

A key may do what it was granted, and never more than its owner may do at that moment. A request that takes more is
answered with 403, and the answer names what is missing in \`requiredPermissions\`.

${table('Permission', 'Allows to', names)}

**Least privilege.** Grant what the program does today. A program that reads gets no permission to write; add a
permission when the program needs it, without a new key.

## Environments

Each environment has keys of its own. A key cannot be moved to another one.

${table('Environment', 'For', environments)}

## Separate keys

Create one key for each program, each environment and each person. Then one key can be ended without stopping the
others, the list of keys shows which program stopped or misbehaves, and a leak reveals one program's permissions only.

A personal key stops working when its owner leaves. For servers and CI, create a service account in ${product}: its keys
stay when people leave.`
}

function table(left: string, right: string, entries: readonly Required<GuideEntry>[]): string {
  const rows = entries.map(({ name, description }) => `| \`${name}\` | ${description} |`)
  return [`| ${left} | ${right} |`, '|---|---|', ...rows].join('\n')
}
