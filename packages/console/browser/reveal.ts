/** The page that shows a token: copying, a question before it is left without, and nothing of it left behind. */
export function guardReveal(): void {
  const field = document.querySelector<HTMLInputElement>('[data-token]')
  const button = document.querySelector<HTMLButtonElement>('[data-copy]')
  const said = document.querySelector<HTMLElement>('[data-said]')
  const leave = document.querySelector<HTMLAnchorElement>('[data-leave]')
  if (field === null || button === null || said === null || leave === null) return
  let mayLeave = false
  const say = (text: string): void => {
    said.textContent = text
  }

  field.addEventListener('focus', () => field.select())
  field.addEventListener('copy', () => {
    mayLeave = true
  })
  button.hidden = false
  button.addEventListener('click', () => {
    copied(field).then(
      (isCopied) => {
        if (!isCopied) return
        mayLeave = true
        const label = button.querySelector('span')
        if (label !== null) label.textContent = 'Copied'
        leave.textContent = 'Done'
        say('Key copied.')
      },
      () => {},
    )
  })

  async function copied(from: HTMLInputElement): Promise<boolean> {
    try {
      await navigator.clipboard.writeText(from.value)
      return true
    } catch {
      // There is no clipboard over plain http, and a browser may refuse.
      from.focus()
      from.select()
      say('Press Ctrl+C (\u2318C on a Mac) to copy.')
      return false
    }
  }

  const ask = question(() => {
    mayLeave = true
    location.assign(leave.href)
  })
  leave.addEventListener('click', (event) => {
    if (mayLeave) return
    event.preventDefault()
    ask()
  })
  addEventListener('beforeunload', (event) => {
    if (!mayLeave) event.preventDefault()
  })
  // A browser may keep the page for Back.
  addEventListener('pagehide', () => {
    field.value = ''
    field.setAttribute('value', '')
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.replace(leave.href)
  })
}

function question(leaveAnyway: () => void): () => void {
  return () => {
    const dialog = document.createElement('dialog')
    const title = document.createElement('h2')
    title.id = 'dialog-title'
    title.textContent = 'Close without copying?'
    const text = document.createElement('p')
    text.textContent = 'This key can\u2019t be shown again. You would have to rotate it.'
    const buttons = document.createElement('div')
    buttons.className = 'buttons'
    const back = choice('Go back', 'button primary', () => dialog.close())
    buttons.append(back, choice('Close anyway', 'button', leaveAnyway))
    const content = document.createElement('div')
    content.className = 'dialog'
    content.append(title, text, buttons)
    dialog.append(content)
    dialog.setAttribute('aria-labelledby', title.id)
    dialog.addEventListener('close', () => dialog.remove())
    document.body.append(dialog)
    dialog.showModal()
    back.focus()
  }
}

function choice(text: string, style: string, act: () => void): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = style
  button.textContent = text
  button.addEventListener('click', act)
  return button
}
