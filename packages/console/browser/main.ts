import { openInDialogs } from './dialogs.ts'
import { applyFilters, focusProblems, sendOnce } from './forms.ts'
import { followGrants } from './grants.ts'
import { closeMenus } from './menus.ts'
import { guardReveal } from './reveal.ts'
import { showTab } from './tabs.ts'

// Every page works without this script; it makes some things quicker.
closeMenus()
applyFilters()
sendOnce()
focusProblems()
openInDialogs()
guardReveal()
showTab()
followGrants()
