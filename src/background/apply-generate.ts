import type { Process } from '../base/process.ts';
import type { EvaluationId, EventId } from '../base/units.ts';
import type { PolicyContext } from '../engine/policy-context.ts';
import { filterBackgroundRules } from '../engine/rules/background.ts';
import { type ForEachFailure, formatForEachFailures, planGenerate } from '../engine/rules/generate.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import type { EngineLogLine } from '../kyverno/engine-log.ts';
import type { EvaluationNode } from '../kyverno/evaluation.ts';
import { engineLogs } from '../kyverno/parts.ts';
import type { RuleContext } from '../kyverno/update-request.ts';
import { concludeRule, type RuleOutcome, raisePolicyError } from './aftermath.ts';
import { type BackgroundEnvironment, logLine, logRecord } from './environment.ts';
import { generateContext } from './generate-context.ts';
import { type ApplyError, generateData, type RuleTask } from './generate-target.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { clones, downstreams } from './parts.ts';
import { recordRule } from './record-rule.ts';
import { subjectOf, type WorkItem } from './work-item.ts';

/** What applying one rule context came to. */
export interface Applied extends RuleOutcome {
  /** Downstreams were to be deleted. */
  readonly deletion?: true;
}

const NOTHING: Applied = { generated: [] };

/** Applies one rule context to its trigger (lifecycle C.3). */
export function* applyGenerate(
  env: BackgroundEnvironment,
  item: WorkItem,
  context: RuleContext,
  trigger: KubernetesObject,
): Process<Applied> {
  const { recorder } = env;
  const part = (name: 'evaluate' | 'apply' | 'delete'): EventId =>
    recorder.open({
      kind: 'attempt-part',
      phase: 'background',
      cause: item.attempt,
      part: name,
      updateRequest: item.name,
      rule: context.rule,
      result: 'ok',
      message: '',
    });
  const { policy } = item;
  if (context.deleteDownstream || policy === undefined) {
    const deletion = part('delete');
    const failure = yield* downstreams.get().deleteDownstreams(env, item, context, trigger, deletion);
    recorder.close(deletion, failure === undefined ? {} : { result: 'failed', message: failure });
    if (failure === undefined) return { generated: [], deletion: true };
    if (!env.behaviour.deletionWritesState && policy !== undefined)
      raisePolicyError(env, policy, context.rule, trigger, failure, deletion);
    return { generated: [], failure, deletion: true };
  }
  const rule = policy.rules.find(({ name }) => name === context.rule);
  if (rule === undefined) return NOTHING;
  const evaluation = part('evaluate');
  yield BACKGROUND_LATENCIES.evaluate;
  const engineContext = generateContext(env, item, { ...policy, rules: [rule] }, trigger);
  const filtered = filterBackgroundRules({
    ...engineContext,
    log: (line) =>
      logRecord(env, engineLogs.get().engineLogRecord('generate', engineContext, line), evaluation),
  });
  const [response] = filtered.rules;
  const told = recordRule(env, item, policy, rule, trigger, filtered, evaluation);
  if (response === undefined) {
    const error = 'policy does not apply to resource';
    if (env.behaviour.completesUnmatchedRules) {
      recorder.close(evaluation, { result: 'skipped', message: error });
      return NOTHING;
    }
    recorder.close(evaluation, { result: 'failed', message: error });
    raisePolicyError(env, policy, rule.name, trigger, error, evaluation);
    return env.behaviour.applyError === 'fails' ? { generated: [], failure: error } : NOTHING;
  }
  recorder.close(
    evaluation,
    response.status === 'pass' ? {} : { result: 'skipped', message: response.message },
  );
  if (response.status !== 'pass') return NOTHING;
  const apply = part('apply');
  const task: RuleTask = { item, policy, rule, context, trigger, cause: apply };
  const { generated, error } = yield* applyRule(env, task, engineContext, told);
  recorder.close(apply, error === undefined ? {} : { result: 'failed', message: error.message });
  return concludeRule(env, task, generated, error);
}

/** The evaluation goes on with what the rule wants; what could not be made out decided, or else the last target. */
function explainPlan(env: BackgroundEnvironment, told: EvaluationId, nodes: readonly EvaluationNode[]): void {
  if (nodes.length === 0) return;
  const decisive = nodes.find(({ status }) => status === 'error') ?? nodes.at(-1);
  env.recorder.extendEvaluation(
    told,
    nodes.map((node) => (node === decisive ? { ...node, decided: true as const } : node)),
  );
}

/** Plans the targets, then makes them one after the other. */
function* applyRule(
  env: BackgroundEnvironment,
  task: RuleTask,
  context: PolicyContext,
  told: EvaluationId,
): Process<{ readonly generated: readonly ObjectRef[]; readonly error?: ApplyError }> {
  const { item, rule, trigger, cause } = task;
  const subject = subjectOf(item, task.context, trigger);
  const log = (line: EngineLogLine): void =>
    logRecord(env, engineLogs.get().generatorRecord(env.behaviour, subject, line), cause);
  const plan = planGenerate({ ...context, log }, rule);
  explainPlan(env, told, plan.nodes);
  if ('error' in plan) {
    const substitution = plan.error.startsWith('failed to resolve ');
    if (substitution) logLine(env, 'variable substitution failed for rule', subject, cause, plan.error);
    return { generated: [], error: { message: plan.error, notFound: false, lookup: false, substitution } };
  }
  if (plan.skipped !== undefined) {
    logLine(env, 'preconditions not met', subject, cause);
    return { generated: [] };
  }
  for (let i = 0; i < (plan.skippedElements ?? 0); i += 1)
    logLine(env, 'preconditions not met', subject, cause);
  const generated: ObjectRef[] = [];
  const failures: ForEachFailure[] = [...plan.failures];
  for (const target of plan.targets) {
    const made = target.cloneList
      ? yield* clones.get().generateCloneList(env, task, target)
      : target.clone
        ? yield* clones.get().generateClone(env, task, target)
        : yield* generateData(env, task, target);
    if ('created' in made && made.created !== undefined)
      generated.push(...(Array.isArray(made.created) ? made.created : [made.created]));
    const error = 'error' in made ? made.error : undefined;
    if (error === undefined) continue;
    if (target.place === undefined) return { generated, error };
    failures.push({ ...target.place, error: error.message });
  }
  const message = formatForEachFailures(rule.name, failures);
  return message === undefined
    ? { generated }
    : { generated, error: { message, notFound: false, lookup: false } };
}
