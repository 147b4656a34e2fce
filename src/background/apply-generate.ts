import { get, getList, getObject, getString, type Json, type JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import { createClusterLoader } from '../engine/cluster-loader.ts';
import type { PolicyContext } from '../engine/policy-context.ts';
import { requestContext } from '../engine/request-json.ts';
import { filterBackgroundRules } from '../engine/rules/background.ts';
import { type ForEachFailure, formatForEachFailures, planGenerate } from '../engine/rules/generate.ts';
import type { Operation } from '../kubernetes/admission-review.ts';
import { labelsOf } from '../kubernetes/label-selector.ts';
import type { KubernetesObject, ObjectRef, UserInfo } from '../kubernetes/object.ts';
import { gvkOf, namespaceOf, parseApiVersion, refOf, uidOf } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE, readConfiguration } from '../kyverno/configuration.ts';
import type { KyvernoEvent } from '../kyverno/kubernetes-event.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import { ephemeralReport, reportResult } from '../kyverno/report.ts';
import { BACKGROUND_CONTROLLER } from '../kyverno/service-accounts.ts';
import type { RuleContext } from '../kyverno/update-request.ts';
import { type BackgroundEnvironment, logLine, raiseEvent, writeReport } from './environment.ts';
import { type ApplyError, generateData, type RuleTask } from './generate-target.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { clones, downstreams } from './parts.ts';
import { subjectOf, type WorkItem } from './work-item.ts';

/** What applying one rule context came to. */
export interface Applied {
  readonly generated: readonly ObjectRef[];
  /** The failure that the UpdateRequest keeps. */
  readonly failure?: string;
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
    if (env.behaviour.applyError === 'fails' && policy !== undefined)
      raise(env, policy, context.rule, trigger, failure, deletion);
    return { generated: [], failure, deletion: true };
  }
  const rule = policy.rules.find(({ name }) => name === context.rule);
  if (rule === undefined) return NOTHING;
  const evaluation = part('evaluate');
  yield BACKGROUND_LATENCIES.evaluate;
  const engineContext = contextOf(env, item, { ...policy, rules: [rule] }, trigger);
  const filtered = filterBackgroundRules(engineContext);
  const [response] = filtered.rules;
  recordRule(env, item, policy, rule, trigger, filtered, evaluation);
  if (response === undefined) {
    const error = 'policy does not apply to resource';
    recorder.close(evaluation, { result: 'failed', message: error });
    raise(env, policy, rule.name, trigger, error, evaluation);
    return env.behaviour.applyError === 'fails' ? { generated: [], failure: error } : NOTHING;
  }
  recorder.close(
    evaluation,
    response.status === 'pass' ? {} : { result: 'skipped', message: response.message },
  );
  if (response.status !== 'pass') return NOTHING;
  const apply = part('apply');
  const task: RuleTask = { item, policy, rule, context, trigger, cause: apply };
  const { generated, error } = yield* applyRule(env, task, engineContext);
  recorder.close(apply, error === undefined ? {} : { result: 'failed', message: error.message });
  return concludeRule(env, task, generated, error);
}

/** What follows a rule's end, by version: log lines, Event, report, failure (lifecycle C.4; versions.md part 4). */
function concludeRule(
  env: BackgroundEnvironment,
  task: RuleTask,
  generated: readonly ObjectRef[],
  error: ApplyError | undefined,
): Applied {
  const { behaviour } = env;
  const { item, policy, rule, context, trigger, cause } = task;
  const subject = subjectOf(item, context, trigger);
  if (error === undefined || (error.notFound && behaviour.swallowsNotFound)) {
    if (error !== undefined) logLine(env, 'warning: reason', subject, cause);
    report(env, task, generated);
    if (behaviour.emitsPolicyApplied) for (const made of generated) applied(env, task, made);
    return { generated };
  }
  const silent = error.lookup && !error.notFound && !behaviour.reportsTargetLookupErrors;
  if (behaviour.applyError === 'completes') report(env, task, generated);
  if (silent) return { generated };
  logLine(env, 'failed to apply generate rule', { ...subject, rule: rule.name }, cause, error.message);
  raise(env, policy, rule.name, trigger, error.message, cause);
  return behaviour.applyError === 'fails' ? { generated, failure: error.message } : { generated };
}

/** Plans the targets, then makes them one after the other. */
function* applyRule(
  env: BackgroundEnvironment,
  task: RuleTask,
  context: PolicyContext,
): Process<{ readonly generated: readonly ObjectRef[]; readonly error?: ApplyError }> {
  const { item, rule, trigger, cause } = task;
  const plan = planGenerate(context, rule);
  const subject = subjectOf(item, task.context, trigger);
  if ('error' in plan) {
    const substitution = plan.error.startsWith('failed to resolve ');
    if (substitution) logLine(env, 'variable substitution failed for rule', subject, cause, plan.error);
    return { generated: [], error: { message: plan.error, notFound: false, lookup: false } };
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

/** The engine's input: the request as it was, with the trigger in the place of its object (lifecycle C.3). */
function contextOf(
  env: BackgroundEnvironment,
  item: WorkItem,
  policy: Policy,
  trigger: KubernetesObject,
): PolicyContext {
  const request = item.spec.admissionRequest;
  const info = item.spec.requestInfo;
  const list = (field: string): readonly string[] =>
    getList(info, field).filter((entry): entry is string => typeof entry === 'string');
  const old = request === undefined ? undefined : get(request, 'oldObject');
  const namespace = env.server.lookup(
    { group: '', version: 'v1', resource: 'namespaces' },
    '',
    namespaceOf(trigger),
  );
  const configMap = env.server.lookup(
    { group: '', version: 'v1', resource: 'configmaps' },
    KYVERNO_NAMESPACE,
    'kyverno',
  );
  return {
    policy,
    operation: (getString(request, 'operation') ?? '') as Operation | '',
    kind: gvkOf(trigger),
    subresource: getString(request, 'subResource') ?? '',
    newObject: trigger,
    ...(isKubernetesObject(old) ? { oldObject: old } : {}),
    ...(request === undefined
      ? {}
      : {
          admissionInfo: {
            userInfo: userOf(info),
            roles: list('roles'),
            clusterRoles: list('clusterRoles'),
          },
        }),
    request: requestContext(request ?? backgroundRequest(trigger), list('roles'), list('clusterRoles')),
    ...(namespace === undefined ? {} : { namespaceLabels: Object.fromEntries(labelsOf(namespace)) }),
    exceptions: [],
    configuration: readConfiguration(configMap),
    loader: createClusterLoader(env.server, BACKGROUND_CONTROLLER, env.mocks),
    behaviour: env.behaviour,
    now: env.wallClock(),
    random: env.random,
    explain: env.explain,
    libraries: env.libraries,
  };
}

/** What the context knows of a request when there was none (lifecycle A.8). */
const backgroundRequest = (trigger: KubernetesObject): JsonObject => ({
  namespace: namespaceOf(trigger),
  operation: '',
  userInfo: {},
});

const isKubernetesObject = (value: Json | undefined): value is KubernetesObject =>
  typeof value === 'object' && value !== null && 'metadata' in value && 'kind' in value;

function userOf(info: JsonObject | undefined): UserInfo {
  const user = getObject(info, 'userInfo');
  const groups = getList(user, 'groups').filter((group): group is string => typeof group === 'string');
  const uid = getString(user, 'uid');
  return { username: getString(user, 'username') ?? '', groups, ...(uid === undefined ? {} : { uid }) };
}

function recordRule(
  env: BackgroundEnvironment,
  item: WorkItem,
  policy: Policy,
  rule: Rule,
  trigger: KubernetesObject,
  filtered: ReturnType<typeof filterBackgroundRules>,
  cause: EventId,
): void {
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
    ruleType: 'generate',
    status,
    message,
    enforced: false,
    trigger: refOf(trigger),
    evaluation,
  });
}

/** A PolicyError Event on the policy; up to 1.12 its cause is lost. */
function raise(
  env: BackgroundEnvironment,
  policy: Policy,
  rule: string,
  trigger: KubernetesObject,
  error: string,
  cause: EventId,
): void {
  const text = env.behaviour.losesErrorInEvents ? '<nil>' : error;
  raiseLater(
    env,
    {
      type: 'Warning',
      reason: 'PolicyError',
      action: 'None',
      reportingComponent: 'kyverno-generate',
      message: `policy ${policy.key}/${rule} error: ${text}`,
      regarding: refOf(policy.object),
      related: refOf(trigger),
    },
    cause,
  );
}

const raiseLater = (env: BackgroundEnvironment, event: KyvernoEvent, cause: EventId): void =>
  env.scheduler.spawn(raiseEvent(env, event, cause), BACKGROUND_LATENCIES.event);

/** The two Events of success where a version raises them. */
function applied(env: BackgroundEnvironment, task: RuleTask, made: ObjectRef): void {
  const { policy, rule, cause } = task;
  const { uid: _, ...withoutUid } = made;
  const common = {
    type: 'Normal',
    reason: 'PolicyApplied',
    reportingComponent: 'kyverno-generate',
  } as const;
  raiseLater(
    env,
    {
      ...common,
      action: 'Resource Generated',
      message: 'resource generated',
      regarding: refOf(policy.object),
      related: withoutUid,
    },
    cause,
  );
  const text = `Created ${made.kind} ${made.name} as a result of applying policy ${policy.key}/${rule.name}`;
  raiseLater(env, { ...common, action: 'None', message: text, regarding: made }, cause);
}

/** The report of a generate rule on its trigger (lifecycle H.2). */
function report(env: BackgroundEnvironment, task: RuleTask, generated: readonly ObjectRef[]): void {
  const { policy, rule, trigger, cause } = task;
  if (!env.behaviour.reportsGenerate || uidOf(trigger) === '') return;
  const resources = generated.map((made) => {
    const { group, version } = parseApiVersion(made.apiVersion);
    const gvk = `${group === '' ? '' : group}/${version}, Kind=${made.kind}`;
    const place = made.namespace === undefined ? '' : ` Namespace=${made.namespace}`;
    return `${gvk} Name=${made.name}${place}`;
  });
  const properties: Record<string, string> =
    resources.length === 0 ? {} : { 'generated-resources': resources.join('; ') };
  const result = reportResult(policy, rule.name, 'pass', '', properties);
  const written = ephemeralReport(
    trigger,
    'background-scan',
    uidOf(trigger),
    [policy],
    [result],
    env.wallClock(),
  );
  env.scheduler.spawn(writeReport(env, written, cause), BACKGROUND_LATENCIES.report);
}
