/** Pages that ask before something is done open as dialogs over the page at hand: the same page, fetched. */
export function openInDialogs(): void {
  document.addEventListener('click', (event) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element).closest<HTMLAnchorElement>('a')
    if (link === null) return
    const dialog = link.closest('dialog')
    if (dialog !== null && link.dataset.close !== undefined) {
      event.preventDefault()
      dialog.close()
      return
    }
    if (link.dataset.dialog === undefined) return
    event.preventDefault()
    show(link).catch(() => location.assign(link.href))
  })
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    const dialog = form.closest('dialog')
    if (dialog === null || form.dataset.stays === undefined) return
    event.preventDefault()
    // What cannot be answered here is sent as by a page: what was done already is not done twice.
    send(dialog, form).catch(() => form.submit())
  })
}

/** Sends the form of a dialog. What is wrong with it is said in the dialog. */
async function send(dialog: HTMLDialogElement, form: HTMLFormElement): Promise<void> {
  const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>)
  const response = await fetch(form.action, { method: 'POST', credentials: 'same-origin', body })
  if (response.ok && response.redirected) {
    location.assign(response.url)
    return
  }
  const asked = response.status === 422 ? await contentOf(response) : undefined
  if (asked === undefined) {
    form.submit()
    return
  }
  dialog.replaceChildren(asked)
  asked.querySelector<HTMLElement>('[autofocus]')?.focus()
}

async function show(link: HTMLAnchorElement): Promise<void> {
  const response = await fetch(link.href, { credentials: 'same-origin' })
  const asked = response.ok && !response.redirected ? await contentOf(response) : undefined
  // What is not the page that was asked for is shown as a page: a sign-in, an error.
  if (asked === undefined) {
    location.assign(link.href)
    return
  }
  const dialog = document.createElement('dialog')
  dialog.append(asked)
  dialog.setAttribute('aria-labelledby', 'dialog-title')
  const opener = link.closest('.menu')?.querySelector<HTMLElement>('summary') ?? link
  dialog.addEventListener('close', () => {
    dialog.remove()
    opener.focus()
  })
  link.closest<HTMLDetailsElement>('.menu')?.removeAttribute('open')
  document.body.append(dialog)
  dialog.showModal()
}

/** What a page asks, for a dialog; undefined where it asks nothing. */
async function contentOf(response: Response): Promise<HTMLElement | undefined> {
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const content = page.querySelector('main')
  const heading = content?.querySelector('h1') ?? null
  if (content === null || heading === null || content.querySelector('form') === null) return undefined
  const asked = document.createElement('div')
  asked.className = 'dialog'
  asked.append(...content.childNodes)
  absolute(asked, response.url)
  for (const part of asked.querySelectorAll('[id]')) rename(asked, part)
  // One heading of the first level a page: that of the page below.
  const title = document.createElement('h2')
  title.id = 'dialog-title'
  title.append(...heading.childNodes)
  heading.replaceWith(title)
  return asked
}

/** Links and forms lead where they would from the page they come from. */
function absolute(root: Element, base: string): void {
  for (const name of ['href', 'action']) {
    for (const element of root.querySelectorAll(`[${name}]`)) {
      element.setAttribute(name, new URL(element.getAttribute(name) ?? '', base).href)
    }
  }
}

/** The page below may have the same ids. */
function rename(root: Element, part: Element): void {
  const id = part.id
  part.id = `d-${id}`
  for (const name of ['for', 'aria-describedby', 'aria-labelledby', 'list']) {
    for (const element of root.querySelectorAll(`[${name}="${CSS.escape(id)}"]`)) element.setAttribute(name, part.id)
  }
}
