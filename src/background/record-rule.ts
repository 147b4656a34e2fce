import type { EvaluationId, EventId } from '../base/units.ts';
import type { EngineResponse } from '../engine/engine-response.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { refOf } from '../kubernetes/object.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import type { BackgroundEnvironment } from './environment.ts';
import type { WorkItem } from './work-item.ts';

/** Tells the trace how a rule came out for a trigger. */
export function recordRule(
  env: BackgroundEnvironment,
  item: WorkItem,
  policy: Policy,
  rule: Rule,
  trigger: KubernetesObject,
  filtered: EngineResponse,
  cause: EventId,
): EvaluationId {
  const explanation = filtered.explanations.find((one) => one.rule.name === rule.name);
  const status = explanation?.status ?? filtered.rules[0]?.status ?? 'none';
  const message = explanation?.message ?? filtered.rules[0]?.message ?? '';
  const source = env.locate(policy.object);
  const evaluation = env.recorder.addEvaluation({
    policy: item.spec.policy,
    rule: rule.name,
    status,
    message,
    tree: explanation?.tree ?? [],
    ...(source === undefined ? {} : { source }),
  });
  env.recorder.record({
    kind: 'rule',
    phase: 'background',
    cause,
    policy: item.spec.policy,
    rule: rule.name,
    ruleType: rule.type === 'mutate' ? 'mutateExisting' : 'generate',
    status,
    message,
    enforced: false,
    trigger: refOf(trigger),
    evaluation,
  });
  return evaluation;
}
