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
}

async function show(link: HTMLAnchorElement): Promise<void> {
  const response = await fetch(link.href, { credentials: 'same-origin' })
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const content = page.querySelector('main')
  const heading = content?.querySelector('h1') ?? null
  // What is not the page that was asked for is shown as a page: a sign-in, an error.
  if (
    !response.ok ||
    response.redirected ||
    content === null ||
    heading === null ||
    content.querySelector('form') === null
  ) {
    location.assign(link.href)
    return
  }
  const dialog = document.createElement('dialog')
  const asked = document.createElement('div')
  asked.className = 'dialog'
  asked.append(...content.childNodes)
  dialog.append(asked)
  absolute(asked, response.url)
  for (const part of asked.querySelectorAll('[id]')) rename(asked, part)
  // One heading of the first level a page: that of the page below.
  const title = document.createElement('h2')
  title.id = 'dialog-title'
  title.append(...heading.childNodes)
  heading.replaceWith(title)
  dialog.setAttribute('aria-labelledby', title.id)
  const opener = link.closest('.menu')?.querySelector<HTMLElement>('summary') ?? link
  dialog.addEventListener('close', () => {
    dialog.remove()
    opener.focus()
  })
  link.closest<HTMLDetailsElement>('.menu')?.removeAttribute('open')
  document.body.append(dialog)
  dialog.showModal()
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
