import { ConfigurationError } from '@claviger/core'

/** Colours, fonts and the radius of the console, as CSS values: `{ primary: '#0b7a75' }`. */
export type ThemeTokens = Readonly<Partial<Record<ThemeToken, string>>>

/** What can be themed. The names are those of shadcn. */
export type ThemeToken =
  | 'background'
  | 'foreground'
  | 'card'
  | 'muted'
  | 'muted-foreground'
  | 'border'
  | 'input'
  | 'primary'
  | 'primary-foreground'
  | 'ring'
  | 'destructive'
  | 'destructive-foreground'
  | 'warning'
  | 'success'
  | 'chart-1'
  | 'chart-2'
  | 'chart-3'
  | 'radius'
  | 'font-sans'
  | 'font-mono'

/** How the console looks. */
export interface ThemeOptions {
  /** Default `auto`: as the visitor's system. */
  readonly mode?: 'auto' | 'light' | 'dark' | undefined
  /** In both modes, unless `dark` says otherwise. */
  readonly light?: ThemeTokens | undefined
  readonly dark?: ThemeTokens | undefined
}

const tokens: readonly ThemeToken[] = [
  'background',
  'foreground',
  'card',
  'muted',
  'muted-foreground',
  'border',
  'input',
  'primary',
  'primary-foreground',
  'ring',
  'destructive',
  'destructive-foreground',
  'warning',
  'success',
  'chart-1',
  'chart-2',
  'chart-3',
  'radius',
  'font-sans',
  'font-mono',
]

// Nothing that ends a declaration, opens a comment or loads something.
const plain = /^(?!.*(?:url\(|image|\/\*|\\|expression))[\w\s#%.,()/'"+*-]{1,200}$/i

/** The stylesheet of a theme; undefined when it changes nothing. @throws {ConfigurationError} naming the value */
export function themeStyles({ light = {}, dark = {} }: ThemeOptions): string | undefined {
  const day = declarations('light', light)
  const night = declarations('dark', dark)
  const rules = [
    ...(day === '' ? [] : [`:root{${day}}`]),
    ...(night === ''
      ? []
      : [
          `@media (prefers-color-scheme:dark){:root:not([data-mode=light]){${night}}}`,
          `:root[data-mode=dark]{${night}}`,
        ]),
  ]
  return rules.length === 0 ? undefined : rules.join('\n')
}

function declarations(mode: 'light' | 'dark', values: ThemeTokens): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [declaration(`theme.${mode}.${name}`, name, value)]))
    .join('')
}

function declaration(option: string, name: string, value: unknown): string {
  if (!tokens.some((token) => token === name)) {
    throw new ConfigurationError(option, `There is no ${option}. Known: ${tokens.join(', ')}.`)
  }
  if (typeof value === 'string' && plain.test(value)) return `--${name}:${value};`
  throw new ConfigurationError(option, `Expected ${option} to be a plain CSS value such as "#0b7a75" or "12px".`)
}
