import type { Advice, KyvernoVersion, Scenario, Trace } from '../../src/index.ts';
import { advise, behaviourOf, readPolicy } from '../../src/index.ts';

/** Advice on a run; loaded when the first trace has been painted. */
export function adviceOn(scenario: Scenario, trace: Trace, version: KyvernoVersion): readonly Advice[] {
  const policies = scenario.before.flatMap(({ object }) =>
    object === undefined ? [] : (readPolicy(object) ?? []),
  );
  return advise(scenario, policies, trace, behaviourOf(version));
}
