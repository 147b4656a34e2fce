import type { EventId } from '../base/units.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { parseApiVersion, refOf, uidOf } from '../kubernetes/object.ts';
import type { KyvernoEvent } from '../kyverno/kubernetes-event.ts';
import type { Policy } from '../kyverno/policy.ts';
import { ephemeralReport, isReportable, reportResult } from '../kyverno/report.ts';
import { type BackgroundEnvironment, logLine, raiseEvent, writeReport } from './environment.ts';
import type { ApplyError, RuleTask } from './generate-target.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { subjectOf } from './work-item.ts';

/** What a rule leaves behind beside its targets: what it made, and the failure that the UpdateRequest keeps. */
export interface RuleOutcome {
  readonly generated: readonly ObjectRef[];
  readonly failure?: string;
}

/** What follows a rule's end, by version: log lines, Event, report, failure (lifecycle C.4; versions.md part 4). */
export function concludeRule(
  env: BackgroundEnvironment,
  task: RuleTask,
  generated: readonly ObjectRef[],
  error: ApplyError | undefined,
): RuleOutcome {
  const { behaviour } = env;
  const { item, policy, rule, context, trigger, cause } = task;
  const subject = subjectOf(item, context, trigger);
  if (error === undefined || (error.notFound && behaviour.swallowsNotFound)) {
    if (error !== undefined) logLine(env, 'warning: reason', subject, cause);
    // What a swallowed error leaves counts for nothing made (generate/controller.go, ApplyGeneratePolicy).
    const made = error === undefined ? generated : [];
    report(env, task, made);
    if (behaviour.emitsPolicyApplied) for (const one of made) applied(env, task, one);
    return { generated: made };
  }
  const silent = error.lookup && !error.notFound && !behaviour.reportsTargetLookupErrors;
  if (behaviour.applyError === 'completes') report(env, task, generated);
  if (silent) return { generated };
  // Where the whole rule is substituted, that comes before the rule is applied.
  if (error.substitution !== true || !behaviour.substitutesWholeRule)
    logLine(env, 'failed to apply generate rule', { ...subject, rule: rule.name }, cause, error.message);
  raisePolicyError(env, policy, rule.name, trigger, error.message, cause);
  return behaviour.applyError === 'fails' ? { generated, failure: error.message } : { generated };
}

/** A PolicyError Event on the policy; up to 1.12 its cause is lost. */
export function raisePolicyError(
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
      message: `policy ${policy.name}/${rule} error: ${text}`,
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
  if (!env.flags.enableReporting.includes('generate')) return;
  if (!isReportable(env.behaviour, policy.object)) return;
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
