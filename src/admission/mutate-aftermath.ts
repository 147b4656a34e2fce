import type { EventId } from '../base/units.ts';
import type { EngineResponse } from '../engine/engine-response.ts';
import type { AdmissionRequest } from '../kubernetes/admission-review.ts';
import { type KubernetesObject, nameOf, refOf } from '../kubernetes/object.ts';
import { ephemeralReport, isReportable, reportResult } from '../kyverno/report.ts';
import { type AdmissionEnvironment, raiseEvent, writeReport } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';
import { passedEvents } from './violation-events.ts';

/**
 * Events and report of a mutating webhook that let the request pass (webhooks/resource/mutation). An object that is being
 * created has no uid yet, and perhaps no name; without a name there is no Event.
 */
export function reportMutations(
  env: AdmissionEnvironment,
  request: AdmissionRequest,
  object: KubernetesObject,
  responses: readonly EngineResponse[],
  cause: EventId,
): void {
  const told = responses.filter(({ rules }) => rules.length > 0);
  if (nameOf(object) !== '')
    for (const event of passedEvents(told, refOf(object)))
      env.scheduler.spawn(raiseEvent(env, event, cause), ADMISSION_LATENCIES.event);
  if (told.length === 0 || request.dryRun || !env.behaviour.reportsGenerate) return;
  if (!env.flags.admissionReports || !env.flags.enableReporting.includes('mutate')) return;
  if (object.kind === 'Event') return;
  const reported = told.filter(({ policy }) => isReportable(env.behaviour, policy.object));
  if (reported.length === 0) return;
  const results = reported.flatMap(({ policy, rules }) =>
    rules.map(({ rule, status, message, properties }) =>
      reportResult(policy, rule.name, status, message, properties),
    ),
  );
  const policies = reported.map(({ policy }) => policy);
  const report = ephemeralReport(object, 'admission', request.uid, policies, results, env.wallClock());
  env.scheduler.spawn(writeReport(env, report, cause), ADMISSION_LATENCIES.report);
}
