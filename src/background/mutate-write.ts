import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { RuleResponse } from '../engine/engine-response.ts';
import { type ExistingTask, mutateTarget, targetsFailed } from '../engine/rules/mutate-existing.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf, refOf, uidOf } from '../kubernetes/object.ts';
import type { LogField } from '../kyverno/log-line.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import { ephemeralReport, isReportable, reportResult } from '../kyverno/report.ts';
import type { RuleContext } from '../kyverno/update-request.ts';
import type { TargetEvent } from '../trace/event.ts';
import { ask, type BackgroundEnvironment, placeOf, raiseEvent, writeReport } from './environment.ts';
import { recordTarget } from './generate-target.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { logMutate } from './mutate-log.ts';
import { loadTargets, type Target } from './mutate-targets.ts';
import { subjectOf, type WorkItem } from './work-item.ts';

/** What a rule made of one of its targets, or answered without one. */
export interface Mutated {
  readonly rule: Rule;
  readonly response: RuleResponse;
  /** The target as it was found. */
  readonly target?: Target;
  /** The target as it is to be. */
  readonly patched?: KubernetesObject;
}

/** What an attempt writes for. */
export interface MutateTask {
  readonly item: WorkItem;
  readonly policy: Policy;
  readonly context: RuleContext;
  readonly trigger: KubernetesObject;
  /** The attempt's part. */
  readonly cause: EventId;
}

/** What all lines about one UpdateRequest mention. */
export function subjectFields(item: WorkItem): readonly LogField[] {
  const { name, resource } = subjectOf(item, item.spec.ruleContext[0]);
  return [
    ['name', name],
    ['policy', item.spec.policy],
    ['resource', resource],
  ];
}

/** Loads the targets of a rule and patches each of them, in memory. */
export function* evaluateTargets(
  env: BackgroundEnvironment,
  existing: ExistingTask,
  cause: EventId,
): Process<readonly Mutated[]> {
  const { rule } = existing.task;
  const { targets, errors } = yield* loadTargets(env, existing.targets, cause);
  const failed: readonly Mutated[] =
    errors.length === 0 ? [] : [{ rule, response: targetsFailed(rule, errors) }];
  return [
    ...failed,
    ...targets.map((target): Mutated => {
      const { response, patched } = mutateTarget(existing, target.index, target.object);
      return { rule, response, target, ...(patched === undefined ? {} : { patched }) };
    }),
  ];
}

const EMPTY_PATCH = 'empty resource to patch';

/** Stores the patched targets, one after the other; answers what failed (background/mutate/mutate.go). */
export function* writeMutated(
  env: BackgroundEnvironment,
  task: MutateTask,
  mutated: readonly Mutated[],
): Process<readonly string[]> {
  const failures: string[] = [];
  for (const one of mutated) {
    const failure = yield* writeOne(env, task, one);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

function* writeOne(
  env: BackgroundEnvironment,
  task: MutateTask,
  mutated: Mutated,
): Process<string | undefined> {
  const { rule, response, target, patched } = mutated;
  switch (response.status) {
    case 'fail':
    case 'error':
    case 'warn':
      return failRule(env, task, mutated);
    case 'skip':
      skipRule(env, task, mutated);
      return undefined;
    case 'pass':
      if (target !== undefined && patched !== undefined)
        return yield* updateTarget(env, task, rule, target, patched);
      // A rule without targets in a policy that has one with targets: its result has nowhere to go.
      logMutate(
        env,
        {
          line: 'empty resource to patch',
          logger: ['background'],
          fields: [...subjectFields(task.item), ['rule', rule.name], ['message', response.message]],
          error: EMPTY_PATCH,
        },
        task.cause,
      );
      return EMPTY_PATCH;
  }
}

/** A rule that failed writes nothing, and no Event: Kyverno has no target that the Event could name. */
function failRule(env: BackgroundEnvironment, task: MutateTask, mutated: Mutated): string {
  const { rule, response, target } = mutated;
  const { item, policy, context, cause } = task;
  const error = `failed to mutate existing resource, rule ${rule.name}, response ${response.status}: ${response.message}`;
  const fields = subjectFields(item);
  logMutate(
    env,
    { line: 'failed to mutate existing resource', logger: ['background'], fields, error },
    cause,
  );
  logMutate(
    env,
    {
      line: 'cannot generate events for empty target resource',
      logger: ['background', 'mutateExisting'],
      fields: [
        ['policy', policy.name],
        ['rule', context.rule],
      ],
    },
    cause,
  );
  if (target !== undefined) tell(env, task, rule, refOf(target.object), 'refused', response.message);
  return error;
}

function skipRule(env: BackgroundEnvironment, task: MutateTask, mutated: Mutated): void {
  const { rule, response, target } = mutated;
  const text = `mutate existing rule skipped, rule ${rule.name}, response skip: ${response.message}`;
  const fields = subjectFields(task.item);
  logMutate(
    env,
    { line: 'mutate existing rule skipped', logger: ['background'], fields, message: text },
    task.cause,
  );
  if (target === undefined) return;
  const changes = response.message === 'no patches applied';
  tell(
    env,
    task,
    rule,
    refOf(target.object),
    changes ? 'unchanged' : 'kept',
    changes
      ? 'It is as the rule asks for: there is nothing to patch.'
      : `Left as it is: ${response.message}.`,
  );
}

/** Puts a patched target; its resourceVersion is the one that was read, so a change in between is a conflict. */
function* updateTarget(
  env: BackgroundEnvironment,
  task: MutateTask,
  rule: Rule,
  target: Target,
  patched: KubernetesObject,
): Process<string | undefined> {
  const { cause, item, policy, context } = task;
  const ref = refOf(patched);
  const response = yield* ask(env, {
    verb: 'update',
    ...placeOf(target.info, namespaceOf(patched)),
    ...(target.subresource === '' ? {} : { subresource: target.subresource }),
    name: nameOf(patched),
    body: patched,
    cause,
  });
  const error = response.failure?.message;
  if (error === undefined) {
    if (env.behaviour.emitsPolicyApplied) raise(env, policy, ref, undefined, context.rule, cause);
    const before = target.object.metadata['resourceVersion'];
    const same = response.object?.metadata['resourceVersion'] === before;
    if (same)
      tell(env, task, rule, ref, 'unchanged', 'The write changed nothing: it is as the rule asks for.');
    else tell(env, task, rule, ref, 'updated', `Changed for the trigger ${triggerText(task.trigger)}.`);
    return undefined;
  }
  logMutate(
    env,
    {
      line: 'failed to update target resource',
      logger: ['background', context.rule],
      fields: [...subjectFields(item), ['namespace', namespaceOf(patched)], ['name', nameOf(patched)]],
      error,
    },
    cause,
  );
  raise(env, policy, ref, error, context.rule, cause);
  tell(env, task, rule, ref, 'refused', `The API server refused the write: ${error}`);
  return error;
}

/** The Event of an update: a PolicyError where it failed. Its target has neither version nor uid. */
function raise(
  env: BackgroundEnvironment,
  policy: Policy,
  target: ObjectRef,
  error: string | undefined,
  rule: string,
  cause: EventId,
): void {
  const text = env.behaviour.losesErrorInEvents ? '<nil>' : error;
  const { kind, name, namespace } = target;
  const event = {
    reportingComponent: 'kyverno-mutate',
    regarding: refOf(policy.object),
    related: { apiVersion: '', kind, name, ...(namespace === undefined ? {} : { namespace }) },
  } as const;
  env.scheduler.spawn(
    raiseEvent(
      env,
      error === undefined
        ? {
            ...event,
            type: 'Normal',
            reason: 'PolicyApplied',
            action: 'Resource Mutated',
            message: 'resource mutated',
          }
        : {
            ...event,
            type: 'Warning',
            reason: 'PolicyError',
            action: 'None',
            message: `policy ${policy.name}/${rule} error: ${text}`,
          },
      cause,
    ),
    BACKGROUND_LATENCIES.event,
  );
}

const triggerText = (trigger: KubernetesObject): string => {
  const { kind, namespace, name } = refOf(trigger);
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
};

function tell(
  env: BackgroundEnvironment,
  task: MutateTask,
  rule: Rule,
  target: ObjectRef,
  result: TargetEvent['result'],
  reason: string,
): void {
  const context = { ...task.context, rule: rule.name };
  recordTarget(env, { ...task, rule, context }, target, result, reason);
}

/** The report of the rules on their trigger, a result for each target (lifecycle H.2). */
export function reportMutated(
  env: BackgroundEnvironment,
  { attempt }: WorkItem,
  policy: Policy,
  trigger: KubernetesObject,
  mutated: readonly Mutated[],
): void {
  if (!env.behaviour.reportsGenerate || mutated.length === 0) return;
  if (!env.flags.enableReporting.includes('mutateExisting')) return;
  if (uidOf(trigger) === '' || nameOf(trigger) === '') return;
  if (!isReportable(env.behaviour, policy.object)) return;
  const results = mutated.map(({ rule, response, patched }) =>
    reportResult(policy, rule.name, response.status, response.message, {
      ...response.properties,
      ...(patched === undefined ? {} : { 'patched-target': describeObject(patched) }),
    }),
  );
  const report = ephemeralReport(
    trigger,
    'background-scan',
    uidOf(trigger),
    [policy],
    results,
    env.wallClock(),
  );
  env.scheduler.spawn(writeReport(env, report, attempt), BACKGROUND_LATENCIES.report);
}

function describeObject(target: KubernetesObject): string {
  const { group, version, kind } = gvkOf(target);
  const namespace = namespaceOf(target);
  return `${group}/${version}, Kind=${kind} Name=${nameOf(target)}${namespace === '' ? '' : ` Namespace=${namespace}`}`;
}
