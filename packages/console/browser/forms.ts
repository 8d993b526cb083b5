/** Filters apply as soon as a choice is made. */
export function applyFilters(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-apply]')) button.hidden = true
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLSelectElement) target.closest<HTMLFormElement>('[data-filters]')?.requestSubmit()
  })
}

/** A form that changes something is sent once, however often its button is pressed. */
export function sendOnce(): void {
  document.addEventListener('submit', ({ target }) => {
    if (!(target instanceof HTMLFormElement) || target.dataset.once === undefined) return
    for (const button of target.querySelectorAll<HTMLButtonElement>('[type=submit]')) button.disabled = true
  })
  // Back brings the page as it was left.
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return
    for (const button of document.querySelectorAll<HTMLButtonElement>('[data-once] [type=submit]'))
      button.disabled = false
  })
}

/** What is wrong with a form is read first. */
export function focusProblems(): void {
  document.querySelector<HTMLElement>('[data-focus]')?.focus()
}
