/** On a narrow screen the tabs scroll: the one of this page is brought into view. */
export function showTab(): void {
  document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
}
