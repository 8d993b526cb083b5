import { type GuideLimit, type UsersGuideOptions, usersGuide } from '@claviger/client/docs'
import type { LimitDefinition } from '@claviger/core'
import type { Command } from 'commander'
import { openKeyring } from '../backend/open-direct.ts'
import { CliError } from '../exits/cli-error.ts'
import { importedTokensOf } from '../settings/imported-tokens.ts'
import { targetOf } from '../settings/settings.ts'
import { parseCount } from '../text/lists.ts'
import type { Act } from './act.types.ts'
import type { Handler } from './context.types.ts'

interface DocsFlags
  extends Partial<
    Pick<
      UsersGuideOptions,
      'product' | 'baseUrl' | 'path' | 'variable' | 'header' | 'keysPage' | 'support' | 'overlap' | 'client'
    >
  > {
  readonly rotateEvery?: string
  readonly addresses?: boolean
}

/** Adds `docs`. */
export function addDocs(program: Command, act: Act): void {
  program
    .command('docs')
    .description('write the page about authentication for the users of your API, as Markdown, to standard output')
    .requiredOption('--product <name>', 'what your customers call you')
    .requiredOption('--base-url <url>', 'where your API is')
    .option('--path <path>', 'a path below it that a key may GET: the snippets call it (default: /)')
    .option('--variable <name>', 'the environment variable of the key (default: the prefix and _API_KEY)')
    .option('--header <name>', 'a header that takes the key besides Authorization')
    .option('--keys-page <url>', 'the page where customers make keys')
    .option('--support <address>', 'an e-mail address or a URL for help')
    .option('--rotate-every <days>', 'how often keys should be rotated, in days (default: 90)')
    .option('--overlap <text>', 'how long the old secret works after a rotation (default: 24 hours)')
    .option('--addresses', 'tell that keys can be limited to addresses')
    .option('--client <package>', 'the client package under your own name')
    .addHelpText(
      'after',
      '\nPermissions, environments and prefix come from the configuration; so do resources, limits and importedTokens, where it ' +
        'has them. For example:\n' +
        '  npx claviger docs --product Acme --base-url https://api.acme.example/v1 > authentication.md',
    )
    .action(act(docs))
}

const docs: Handler<DocsFlags> = async (context, flags) => {
  const loaded = await context.config()
  if (loaded === undefined) {
    throw new CliError(
      'usage',
      'config_needed',
      'The page needs the configuration of the product: its prefix and permissions.',
      'Run it where claviger.config.mjs is, or pass --config.',
    )
  }
  const target = targetOf({ ...flags, url: undefined }, context.io.env, { ...loaded.config, url: undefined })
  if (target.kind !== 'direct') throw new CliError('usage', 'usage', 'The page is made from a configuration.')
  const { keyring, close } = await openKeyring(context.io, target, { flags, loaded })
  const { limits = [], importedTokens } = loaded.config
  try {
    const markdown = pageOf(flags, {
      prefix: loaded.config.prefix ?? '',
      permissions: keyring.permissions.names,
      environments: keyring.environments,
      resources: keyring.resources,
      limits: limits.map(limitOf),
      importedKeys: importedTokens !== undefined && importedTokensOf(importedTokens),
    })
    return { json: { object: 'usersGuide', markdown }, human: () => markdown.trimEnd() }
  } finally {
    await close()
  }
}

type Known = Pick<
  UsersGuideOptions,
  'prefix' | 'permissions' | 'environments' | 'resources' | 'limits' | 'importedKeys'
>

/** A limit as customers read about it. What a function decides is told as their plan. */
function limitOf(limit: LimitDefinition & { readonly cost?: unknown }): GuideLimit {
  const { by, name, rule, cost = 1 } = limit
  return {
    by,
    name,
    ...(typeof rule === 'object' && rule),
    ...(cost !== 1 && { description: 'by what a request costs' }),
  }
}

function pageOf(flags: DocsFlags, known: Known): string {
  const { product = '', baseUrl = '', path, variable, header, keysPage, support, overlap, client, addresses } = flags
  const days = parseCount('--rotate-every', flags.rotateEvery, 90, 3_650)
  try {
    return usersGuide({
      ...known,
      product,
      baseUrl,
      path,
      variable,
      header,
      keysPage,
      support,
      overlap,
      client,
      addresses,
      rotateEveryDays: days,
    })
  } catch (error) {
    throw new CliError('usage', 'usage', error instanceof Error ? error.message : 'The page cannot be written.')
  }
}
