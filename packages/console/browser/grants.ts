/** The form that creates a key: what goes beyond the owner is marked. */
export function followGrants(): void {
  const account = document.querySelector<HTMLSelectElement>('[data-account]')
  const mark = (): void => {
    const owner = document.querySelector<HTMLInputElement>('input[name=owner]:checked')
    const lacked = owner?.value === 'service' ? words(account?.selectedOptions[0]?.dataset.lacks) : []
    for (const note of document.querySelectorAll<HTMLElement>('[data-beyond]')) {
      note.hidden = !words(note.dataset.beyond).some((name) => lacked.includes(name))
    }
  }
  if (account === null) return
  document.addEventListener('change', mark)
  mark()
}

function words(text = ''): readonly string[] {
  return text.split(' ')
}
