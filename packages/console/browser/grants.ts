/** The form that creates a key: a preset is a start for choosing one by one, and what goes beyond the owner is marked. */
export function followGrants(): void {
  const boxes = document.querySelectorAll<HTMLInputElement>('input[name=permissions]:not(:disabled)')
  const account = document.querySelector<HTMLSelectElement>('[data-account]')
  const mark = (): void => {
    const owner = document.querySelector<HTMLInputElement>('input[name=owner]:checked')
    const lacked = owner?.value === 'service' ? words(account?.selectedOptions[0]?.dataset.lacks) : []
    for (const note of document.querySelectorAll<HTMLElement>('[data-beyond]')) {
      note.hidden = !words(note.dataset.beyond).some((name) => lacked.includes(name))
    }
  }
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLElement)) return
    const { names } = target.dataset
    if (names !== undefined) for (const box of boxes) box.checked = words(names).includes(box.value)
    if (account !== null) mark()
  })
  if (account !== null) mark()
}

function words(text = ''): readonly string[] {
  return text.split(' ')
}
