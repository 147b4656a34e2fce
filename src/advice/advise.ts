import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Policy } from '../kyverno/policy.ts';
import type { Scenario } from '../simulation/scenario.ts';
import type { Trace } from '../trace/trace.ts';
import type { Advice } from './advice.ts';
import { adviseAlignment, deniedTriggers } from './alignment.ts';
import { adviseMonitoring } from './monitoring.ts';
import { rulePlaces } from './rule-places.ts';
import { adviseSynchronize } from './synchronize.ts';
import { adviseTest } from './test-command.ts';
import { adviseBursts, adviseTriggerRights } from './trigger-lints.ts';

/**
 * Recommendations for the policies of a scenario, the most urgent first, each with its reason, its place and, where one can
 * be derived, a fix. `trace`: the last good run; without it only what the text alone shows.
 */
export function advise(
  scenario: Scenario,
  policies: readonly Policy[],
  trace: Trace | undefined,
  behaviour: Behaviour,
): readonly Advice[] {
  const rules = rulePlaces(scenario, policies);
  const denied = deniedTriggers(trace, rules);
  return [
    ...adviseAlignment(trace, denied),
    ...adviseTriggerRights(trace, rules),
    ...adviseSynchronize(trace, rules),
    ...adviseBursts(rules, behaviour),
    ...adviseTest(scenario, rules),
    ...adviseMonitoring(rules, denied, behaviour),
  ];
}
