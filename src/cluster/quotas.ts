/** What a namespace limits; loaded with the first ResourceQuota or LimitRange (part `quotas`). */
export { limitRefusal, withLimitDefaults, withRangeDefaults } from './limit-range.ts';
export { quotaRefusal, withQuotaStatus } from './quota.ts';
