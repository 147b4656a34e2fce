import type { Advice, KyvernoVersion, Scenario, Trace } from '../../src/index.ts';
import { advise, behaviourOf, policiesOf } from '../../src/index.ts';

export { diagnosePolicies, diagnoseRun } from '../../src/index.ts';

/** Advice on the policies of a scenario; loaded with the first trace, after it was painted. */
export function adviceOn(scenario: Scenario, trace: Trace, version: KyvernoVersion): readonly Advice[] {
  return advise(scenario, policiesOf(scenario), trace, behaviourOf(version));
}
