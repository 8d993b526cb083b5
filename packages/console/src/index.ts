/**
 * The page on which members of a workspace manage their API keys.
 *
 * @module
 */
export { type ApiKeyConsole, apiKeyConsole } from './console.ts'
export type {
  ConsoleLink,
  ConsoleOptions,
  CreateCheck,
  CreateField,
  CreateOptions,
  CreateProblem,
  OwnerChoice,
  Person,
  Preset,
  ResourceChoice,
  ResourceChoicesOf,
  SnippetOptions,
} from './options/options.types.ts'
export type { ThemeOptions, ThemeToken, ThemeTokens } from './options/theme.ts'
