import { KeyNotFoundError } from '@claviger/core'
import { createCrossSiteCheck, createRequestIds, type Host } from '@claviger/management/web'
import { Hono } from 'hono'
import type { ConsoleOptions } from './options/options.types.ts'
import { resolveConsoleOptions } from './options/resolve.ts'
import {
  createAccount,
  deleteAccount,
  editAccount,
  showDeleteAccount,
  showEditAccount,
  showNewAccount,
} from './pages/account-forms.tsx'
import { showAccount, showAccounts } from './pages/accounts.tsx'
import { showActivity } from './pages/activity.tsx'
import { bulk } from './pages/bulk.tsx'
import { create, showCreate } from './pages/create.tsx'
import { showDetail } from './pages/detail.tsx'
import { edit, showEdit } from './pages/edit.tsx'
import { find, findActivity } from './pages/find.ts'
import { showLeaving } from './pages/leaving.tsx'
import { showList } from './pages/list.tsx'
import { showReview } from './pages/review.tsx'
import { revoke, showRevoke } from './pages/revoke.tsx'
import { rotate, showRotate } from './pages/rotate.tsx'
import { disable, enable, endOverlap, showDisable, showEnable, showEndOverlap } from './pages/switch.tsx'
import { showTransfer, transfer } from './pages/transfer.tsx'
import { showTroubleshoot, troubleshoot } from './pages/troubleshoot.tsx'
import { showUsage } from './pages/usage.tsx'
import { usageCsv } from './pages/usage-csv.ts'
import { handler, type Show } from './web/handle.tsx'
import type { ManagementAction } from '@claviger/management/web'

/** The console as a web-standard handler. Mount it with `mount()` of your framework's adapter. */
export interface ApiKeyConsole {
  /**
   * Answers a request for a page.
   *
   * @param request its path is the one within the mount
   * @param host what stands around it: the framework's own request, and the URL as the client asked for it
   */
  fetch(request: Request, host?: Host): Response | Promise<Response>
}

/**
 * Makes the page on which members of a workspace manage their keys: everything is rendered on the server, works without
 * JavaScript, and does what `keyring.as(actor)` allows.
 *
 * @throws {ConfigurationError} naming the option that is wrong or missing
 */
export function apiKeyConsole<Permission extends string>(options: ConsoleOptions<Permission>): ApiKeyConsole {
  const settings = resolveConsoleOptions(options as unknown as ConsoleOptions<never>)
  const { authorize, limit, stepUp, requestId, trustedOrigins, trustProxyHost } = options
  const parts = {
    settings,
    authorize,
    limit,
    stepUp,
    isCrossSite: createCrossSiteCheck({ trustedOrigins, trustProxyHost }),
    requestIds: createRequestIds(requestId, settings.keyring.redact),
  }
  const app = new Hono({ strict: false })
  app.get('/assets/:file', (context) => {
    const asset = settings.assets.files.get(context.req.param('file'))
    if (asset === undefined) return context.body(null, 404)
    return new Response(asset.text, {
      headers: {
        'Content-Type': asset.type,
        'Cache-Control': 'public, max-age=31536000, immutable',
        'X-Content-Type-Options': 'nosniff',
      },
    })
  })
  const get = (path: string, show: Show): void => void app.get(path, handler(parts, show))
  const post = (path: string, action: ManagementAction, show: Show): void =>
    void app.post(path, handler(parts, show, action))
  // They change nothing: they lead to a page whose filters stand in its URL.
  const lead = (path: string, show: Show): void => void app.post(path, handler(parts, show))
  get('/', showList)
  lead('/find', find)
  lead('/activity/find', findActivity)
  get('/keys/new', showCreate)
  post('/keys', 'createKey', create)
  get('/keys/:id', showDetail)
  get('/keys/:id/edit', showEdit)
  post('/keys/:id/edit', 'updateKey', edit)
  get('/keys/:id/rotate', showRotate)
  post('/keys/:id/rotate', 'rotateKey', rotate)
  get('/keys/:id/end-overlap', showEndOverlap)
  post('/keys/:id/end-overlap', 'endOverlap', endOverlap)
  get('/keys/:id/disable', showDisable)
  post('/keys/:id/disable', 'disableKey', disable)
  get('/keys/:id/enable', showEnable)
  post('/keys/:id/enable', 'enableKey', enable)
  get('/keys/:id/transfer', showTransfer)
  post('/keys/:id/transfer', 'transferKey', transfer)
  get('/keys/:id/revoke', showRevoke)
  post('/keys/:id/revoke', 'revokeKey', revoke)
  get('/review', showReview)
  post('/review', 'revokeKeys', bulk)
  get('/leaving', showLeaving)
  get('/usage', showUsage)
  get('/usage.csv', usageCsv)
  get('/service-accounts', showAccounts)
  post('/service-accounts', 'createServiceAccount', createAccount)
  get('/service-accounts/new', showNewAccount)
  get('/service-accounts/:id', showAccount)
  get('/service-accounts/:id/edit', showEditAccount)
  post('/service-accounts/:id/edit', 'updateServiceAccount', editAccount)
  get('/service-accounts/:id/delete', showDeleteAccount)
  post('/service-accounts/:id/delete', 'deleteServiceAccount', deleteAccount)
  get('/activity', showActivity)
  get('/troubleshoot', showTroubleshoot)
  post('/troubleshoot', 'diagnoseKey', troubleshoot)
  // Everything else reads the same, for every visitor.
  app.all(
    '*',
    handler(parts, () => {
      throw new KeyNotFoundError()
    }),
  )
  return { fetch: (request, host) => app.fetch(request, host ?? {}) }
}
