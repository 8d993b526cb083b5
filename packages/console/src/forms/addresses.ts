import { isIP } from 'node:net'

// The longest text of a range.
const longest = 49

/** Whether a text is the address of a client, with a port or the name of an interface behind it too. Pure. */
export function isAddress(text: string): boolean {
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\]|([\d.]+)):\d{1,5}$/.exec(text) ?? []
  return text.length <= 64 && isIP((bracketed ?? dotted ?? text).split('%')[0] ?? '') !== 0
}

/** Whether a text is an address or a range (CIDR). Pure. */
function isRange(text: string): boolean {
  const [, host = '', length] = /^([0-9a-fA-F.:]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? []
  const family = text.length > longest ? 0 : isIP(host)
  return family !== 0 && Number(length ?? 0) <= (family === 4 ? 32 : 128)
}

/** What is wrong with addresses and ranges that stand on lines, or apart by commas; undefined for nothing. Pure. */
export function addressesProblem(text: string): string | undefined {
  const wrong = text.split('\n').flatMap((line, index) =>
    line
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '' && !isRange(part))
      .map((part) => `Line ${index + 1}: ${quoted(part)} is not an address or a range such as 203.0.113.0/24.`),
  )
  const more = wrong.length > mostNamed ? ` ${wrong.length - mostNamed} more are not.` : ''
  return wrong.length === 0 ? undefined : `${wrong.slice(0, mostNamed).join(' ')}${more}`
}

const mostNamed = 3

// What is too long for an address may be a key, which is not repeated.
function quoted(part: string): string {
  return part.length > longest ? 'this' : `"${part}"`
}
