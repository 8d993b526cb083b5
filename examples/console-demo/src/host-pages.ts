import { type Member, workspaces } from './team.ts'

/** The page on which someone chooses who they are. */
export function signInPage(members: readonly Member[]): string {
  const choices = members.map(
    ({ id, name, workspaceId, role }) =>
      `<p><button name="member" value="${workspaceId}/${id}"><b>${name}</b><br>${role} of ${workspaces.get(workspaceId) ?? workspaceId}</button></p>`,
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
    `<p>You are ${name}, ${role}.</p><p><a href="/settings/api-keys">Settings: API keys</a></p>` +
      '<form method="post" action="/sign-out"><button>Sign out</button></form>',
  )
}

function document(title: string, body: string): string {
  const style =
    ':root{color-scheme:light dark}body{font:16px/1.5 system-ui;max-width:420px;margin:10vh auto;padding:0 16px}' +
    'button{width:100%;padding:12px 16px;font:inherit;text-align:start;border:1px solid #8888;border-radius:8px;background:none;color:inherit;cursor:pointer}'
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${title}</title><style>${style}</style><h1>${title}</h1>${body}</html>`
  )
}
