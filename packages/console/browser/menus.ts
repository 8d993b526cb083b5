/** Menus close when something else is clicked, another one opens, or Escape is pressed: then the focus returns. What opens is seen. */
export function closeMenus(): void {
  const open = (): NodeListOf<HTMLDetailsElement> => document.querySelectorAll<HTMLDetailsElement>('.menu[open]')
  document.addEventListener('click', ({ target }) => {
    for (const menu of open()) if (!menu.contains(target as Node)) menu.open = false
  })
  // The last of a page opens below the edge of the screen.
  document.addEventListener(
    'toggle',
    ({ target }) => {
      const menu = target as Element
      if (menu.matches('.menu[open]')) menu.lastElementChild?.scrollIntoView({ block: 'nearest' })
    },
    true,
  )
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return
    for (const menu of open()) {
      menu.open = false
      menu.querySelector('summary')?.focus()
    }
  })
  document.addEventListener('focusin', ({ target }) => {
    for (const menu of open()) if (!menu.contains(target as Node)) menu.open = false
  })
}
