import { getList } from '../base/json.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Policy } from '../kyverno/policy.ts';

/** Whether a policy has a webhook of its own: those with match conditions have (lifecycle A.3). */
export const isFineGrained = ({ spec }: Policy, behaviour: Behaviour): boolean =>
  behaviour.matchConditionsPerPolicy && getList(spec, 'webhookConfiguration', 'matchConditions').length > 0;
