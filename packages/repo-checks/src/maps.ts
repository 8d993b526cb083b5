/** Folders that a page does not name as code, as in `` `packages/core` `` or a link with that text. */
export function unmapped(page: string, folders: readonly string[]): string[] {
  return folders.filter((folder) => !page.includes(`\`${folder}\``))
}
