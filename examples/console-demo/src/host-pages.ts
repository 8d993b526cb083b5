import { type Member, workspaces } from './team.ts'

/** The page on which someone chooses who they are. */
export function signInPage(members: readonly Member[]): string {
  const choices = members.map(
    ({ id, name, workspaceId, role }) =>
      `<button name="member" value="${workspaceId}/${id}"><b>${name}</b><br>${role} of ${workspaces.get(workspaceId) ?? workspaceId}</button>`,
  )
  return document(
    'Sign in',
    `<p>This example has no passwords: choose who you are.</p><form method="post" action="/sign-in">${choices.join('')}</form>`,
  )
}

/** The first page of the product. */
export function homePage({ name, role, workspaceId }: Member): string {
  return document(
    workspaces.get(workspaceId) ?? workspaceId,
    `<p>You are ${name}, ${role}.</p><nav><a href="/settings/api-keys">Settings: API keys</a><a href="/docs">API reference</a></nav>` +
      '<form method="post" action="/sign-out"><button>Sign out</button></form>',
  )
}

/** The reference of the API that the keys are for: a few lines in place of a whole one. */
export function docsPage(): string {
  const rows = requests.map(
    ([request, permission]) => `<tr><td><code>${request}</code></td><td><code>${permission}</code></td></tr>`,
  )
  return document(
    'API reference',
    '<p>Send your key with every request: <code>Authorization: Bearer $ACME_API_KEY</code>.</p>' +
      `<table><thead><tr><th>Request</th><th>Needs</th></tr></thead><tbody>${rows.join('')}</tbody></table>` +
      '<p>This is a stand-in: the example serves the page of the keys, not the API.</p>' +
      '<nav><a href="/settings/api-keys">API keys</a><a href="/">Home</a></nav>',
  )
}

const requests = [
  ['GET /v1/me', 'any key'],
  ['GET /v1/prompts', 'prompts:list'],
  ['GET /v1/prompts/:id', 'prompts:read'],
  ['GET /v1/context', 'context:list'],
  ['GET /v1/runs', 'runs:list'],
  ['POST /v1/runs', 'runs:create'],
] as const

const style =
  ':root{color-scheme:light dark;--line:#8884;--accent:light-dark(#3451c6,#9db2ff)}' +
  '*{box-sizing:border-box}' +
  'body{font:16px/1.5 system-ui,sans-serif;margin:0;background:light-dark(#f7f7f9,#121316);color:light-dark(#17181c,#ececf0)}' +
  'header{padding:16px max(16px,50vw - 280px);border-bottom:1px solid var(--line);background:light-dark(#fff,#1a1b1f);font-weight:600}' +
  'header a{color:inherit;text-decoration:none}' +
  'main{max-width:592px;margin:0 auto;padding:24px 16px}' +
  'h1{font-size:26px;line-height:1.25;margin:0 0 8px}' +
  'a{color:var(--accent)}' +
  'nav{display:flex;flex-wrap:wrap;gap:8px 20px;margin-block:16px}' +
  'code{font:14px ui-monospace,monospace;overflow-wrap:anywhere}' +
  'table{width:100%;border-collapse:collapse}' +
  'th,td{padding:8px 8px 8px 0;text-align:start;border-bottom:1px solid var(--line)}' +
  'form{display:grid;gap:12px}' +
  'button{padding:12px 16px;font:inherit;text-align:start;border:1px solid #8888;border-radius:8px;background:light-dark(#fff,#1a1b1f);color:inherit;cursor:pointer}'

function document(title: string, body: string): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>${title} \u00b7 Acme</title><style>${style}</style></head>` +
    `<body><header><a href="/">Acme</a></header><main><h1>${title}</h1>${body}</main></body></html>`
  )
}
