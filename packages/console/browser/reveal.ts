/** The page that shows a token: copying, a question before it is left without, and nothing of it left behind. */
export function guardReveal(): void {
  const field = document.querySelector<HTMLTextAreaElement>('[data-token]')
  const button = document.querySelector<HTMLButtonElement>('[data-copy]')
  const said = document.querySelector<HTMLElement>('[data-said]')
  const leave = document.querySelector<HTMLAnchorElement>('[data-leave]')
  if (field === null || button === null || said === null || leave === null) return
  let mayLeave = false
  // Until something was copied, leaving asks: a button that says it is stored would be asked back.
  leave.textContent = 'Close'
  let token = field.value
  const say = (text: string): void => {
    said.textContent = text
  }

  const done = (): void => {
    mayLeave = true
    leave.textContent = 'Done'
  }
  const hide = document.querySelector<HTMLButtonElement>('[data-hide]')
  const show = (isShown: boolean): void => {
    field.value = isShown ? token : token.replace(/./g, '\u2022')
    hide?.classList.toggle('shut', !isShown)
    const label = hide?.querySelector('span')
    if (label) label.textContent = isShown ? 'Hide' : 'Show'
  }

  field.addEventListener('focus', () => field.select())
  field.addEventListener('copy', () => {
    if (field.value === token) done()
  })
  if (hide !== null) {
    hide.hidden = false
    hide.addEventListener('click', () => show(field.value !== token))
  }
  for (const copier of document.querySelectorAll<HTMLButtonElement>('[data-copy-text]')) {
    copier.hidden = false
    const lines = copier.previousElementSibling
    const text = lines?.textContent ?? ''
    const hasKey = text.includes(placeholder)
    if (hasKey) {
      copier.textContent = 'Copy with the key'
      copier.removeAttribute('aria-label')
    }
    copier.addEventListener('click', () => {
      write(text.replace(placeholder, token)).then(
        () => {
          copier.textContent = hasKey ? 'Copied with the key' : 'Copied'
          copier.removeAttribute('aria-label')
          if (hasKey) done()
          say(hasKey ? 'Copied with the key in it.' : 'Copied. The key itself is not in it.')
        },
        () => say('Your browser does not let this page copy. Select the lines and copy them.'),
      )
    })
  }
  // Lines that are selected and copied by hand are copied with the key as well.
  document.addEventListener('copy', (event) => {
    const text = getSelection()?.toString() ?? ''
    if (!text.includes(placeholder) || event.clipboardData === null) return
    event.preventDefault()
    event.clipboardData.setData('text/plain', text.replaceAll(placeholder, token))
    done()
    say('Copied with the key in it.')
  })
  const copied = async (): Promise<boolean> => {
    try {
      await write(token)
      return true
    } catch {
      // There is no clipboard over plain http, and a browser may refuse.
      show(true)
      field.focus()
      field.select()
      say('Press Ctrl+C (\u2318C on a Mac) to copy.')
      return false
    }
  }
  button.hidden = false
  button.addEventListener('click', () => {
    copied().then(
      (isCopied) => {
        if (!isCopied) return
        const label = button.querySelector('span')
        if (label !== null) label.textContent = 'Copied'
        done()
        say('Key copied.')
      },
      () => {},
    )
  })

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
    token = ''
    field.value = ''
    field.textContent = ''
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.replace(leave.href)
  })
}

// What stands for the key in lines to paste.
const placeholder = '<paste the key>'

/** Fails over plain http, where there is no clipboard, and where a browser refuses. */
async function write(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
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
