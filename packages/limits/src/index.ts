/**
 * Limiters for `auth.limit` and `auth.limitFailures`: in memory, on Redis and on SQL; and rules from your own plans.
 *
 * @module
 */
export { type ActorLimit, limitActors, type LimitActorsOptions, type LimitedActor } from './limit-actors.ts'
export { type MemoryLimiter, memoryLimiter, type MemoryLimiterOptions } from './memory-limiter.ts'
export { type PlannedRule, type PlanRules, planRules, type PlanRulesOptions } from './plan-rules.ts'
export { type RedisClient, redisLimiter } from './redis-limiter.ts'
export type { LimiterEvent, SharedLimiterOptions } from './shared-options.ts'
export type { SharedLimiter } from './shared-limiter.ts'
export { type SqlLimiterOptions, sqlLimiter, type SqlPool } from './sql-limiter.ts'
