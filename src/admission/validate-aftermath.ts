import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { EngineResponse } from '../engine/engine-response.ts';
import { filterBackgroundRules } from '../engine/rules/background.ts';
import { validate } from '../engine/rules/validate.ts';
import type { AdmissionRequest } from '../kubernetes/admission-review.ts';
import { uidOf } from '../kubernetes/object.ts';
import type { KyvernoConfiguration } from '../kyverno/configuration.ts';
import type { KyvernoEvent } from '../kyverno/kubernetes-event.ts';
import { ephemeralReport, isReportable, reportResult } from '../kyverno/report.ts';
import { type AdmissionEnvironment, raiseEvent, writeReport } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';
import type { RegisteredPolicy } from './policy-registry.ts';
import { Review, recordRules } from './review.ts';
import { backgroundRules } from './update-requests.ts';
import { type Verdict, validateRules } from './validate-webhook.ts';
import { appliedEvents, blockedEvents, passedEvents } from './violation-events.ts';

/** Events and report of the enforce pass; nobody waits for them. */
export function reportVerdict(
  env: AdmissionEnvironment,
  review: Review,
  verdict: Verdict,
  cause: EventId,
): void {
  const { responses } = verdict;
  if (verdict.message !== undefined) {
    raiseLater(env, blockedEvents(responses, review.ref), cause);
    return;
  }
  if (env.behaviour.emitsPolicyApplied) raiseLater(env, appliedEvents(responses, review.ref), cause);
  reportLater(env, review, responses, cause);
}

function raiseLater(env: AdmissionEnvironment, events: readonly KyvernoEvent[], cause: EventId): void {
  if (env.behaviour.foldsRepeatedEvents && events.length > 1) {
    env.scheduler.spawn(raiseInTurn(env, events, cause), ADMISSION_LATENCIES.event);
    return;
  }
  for (const event of events) env.scheduler.spawn(raiseEvent(env, event, cause), ADMISSION_LATENCIES.event);
}

/**
 * Several workers take Events from one queue, so any of some that come at once may be first. It shows where like Events
 * are folded into a series: the first names it (pkg/event of 1.11).
 */
function* raiseInTurn(
  env: AdmissionEnvironment,
  events: readonly KyvernoEvent[],
  cause: EventId,
): Process<void> {
  const first = Math.floor(env.random() * events.length);
  for (const event of [...events.slice(first), ...events.slice(0, first)])
    yield* raiseEvent(env, event, cause);
}

/** An EphemeralReport of the results, if there are any and the request may be reported (lifecycle H.2). */
function reportLater(
  env: AdmissionEnvironment,
  review: Review,
  responses: readonly EngineResponse[],
  cause: EventId,
): void {
  const { request, subject } = review;
  const told = responses.filter(
    ({ rules, policy }) => rules.length > 0 && isReportable(env.behaviour, policy.object),
  );
  const { admissionReports, enableReporting } = env.flags;
  if (!admissionReports || !enableReporting.includes('validate')) return;
  const unfit = request.operation === 'DELETE' || request.dryRun || uidOf(subject) === '';
  if (told.length === 0 || unfit || subject.kind === 'Event') return;
  const results = told.flatMap(({ policy, rules }) =>
    rules.map(({ rule, status, message, properties }) =>
      reportResult(policy, rule.name, status, message, properties),
    ),
  );
  const policies = told.map(({ policy }) => policy);
  const report = ephemeralReport(subject, 'admission', request.uid, policies, results, env.wallClock());
  env.scheduler.spawn(writeReport(env, report, cause), ADMISSION_LATENCIES.report);
}

/**
 * The audit pass, across both failure policies, after the answer (lifecycle A.3); then the Events of both passes, those of
 * one policy together.
 */
export function auditLater(
  env: AdmissionEnvironment,
  review: Review,
  policies: readonly RegisteredPolicy[],
  verdict: Verdict,
  cause: EventId,
): void {
  const audited = policies.flatMap(({ policy }) => validateRules(env, review, policy, 'audit') ?? []);
  const enforced = [...verdict.responses, ...verdict.warned];
  if (audited.length === 0 && enforced.length === 0) return;
  function* audit(): Process<void> {
    const responses = audited.map((policy) =>
      validate(review.context(policy, { operation: 'validate', cause })),
    );
    for (const response of responses) recordRules(env, review, response, 'validate', () => false, cause);
    raiseLater(env, passedEvents(mergeResponses(responses, enforced), review.ref), cause);
    reportLater(env, review, responses, cause);
    yield* [];
  }
  env.scheduler.spawn(audit(), ADMISSION_LATENCIES.audit);
}

/** Responses of both passes, those of one policy name as one; of several in the enforce pass the last counts. */
function mergeResponses(
  audited: readonly EngineResponse[],
  enforced: readonly EngineResponse[],
): readonly EngineResponse[] {
  if (audited.length === 0) return enforced;
  const left = new Map(enforced.map((response) => [response.policy.name, response] as const));
  const merged = audited.map((response) => {
    const other = left.get(response.policy.name);
    left.delete(response.policy.name);
    return other === undefined ? response : { ...response, rules: [...response.rules, ...other.rules] };
  });
  return [...merged, ...left.values()];
}

/**
 * Why no webhook was called although a generate rule names the request's kind: the studio's own analysis, so that the
 * operation that did not match can be shown. The cluster does nothing of the kind.
 */
export function explainUncalled(
  env: AdmissionEnvironment,
  request: AdmissionRequest,
  configuration: KyvernoConfiguration,
  policies: readonly RegisteredPolicy[],
  cause: EventId,
): void {
  if (!env.explain || request.dryRun || policies.length === 0) return;
  const review = new Review(env, request, configuration);
  for (const { policy } of policies) {
    const reduced = backgroundRules(policy, review);
    if (reduced === undefined) continue;
    recordRules(env, review, filterBackgroundRules(review.context(reduced)), 'generate', () => false, cause);
  }
}
