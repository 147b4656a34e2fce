import type { RegisteredPolicy } from './policy-registry.ts';

/** A webhook of Kyverno's, with the policies that its call considers. */
export interface WebhookGroup {
  readonly name: string;
  readonly failurePolicy: 'fail' | 'ignore';
  readonly fineGrained: boolean;
  readonly policies: readonly RegisteredPolicy[];
}
