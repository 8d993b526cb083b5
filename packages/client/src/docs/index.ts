export type { GuideEntry, UsersGuideOptions } from './guide-options.ts'
export { usersGuide } from './users-guide.ts'
