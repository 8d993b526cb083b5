export type { GuideEntry, GuideLimit, UsersGuideOptions } from './guide-options.ts'
export { usersGuide } from './users-guide.ts'
