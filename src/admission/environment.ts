import type { Choices } from '../base/choices.ts';
import type { DocumentPath } from '../base/document-path.ts';
import type { Json, PathSegment } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { Random } from '../base/random.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { EventId } from '../base/units.ts';
import type { ApiServer } from '../cluster/api.ts';
import type { GlobalContextStore } from '../engine/cluster-loader.ts';
import type { PolicyContext } from '../engine/policy-context.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { refOf } from '../kubernetes/object.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import { configurationIn } from '../kyverno/configuration.ts';
import type { ControllerFlags } from '../kyverno/controller-flags.ts';
import { asksForSuccess, isEventWanted } from '../kyverno/event-filter.ts';
import {
  EVENTS,
  findRepeated,
  formatEvent,
  type KyvernoEvent,
  seriesPatch,
} from '../kyverno/kubernetes-event.ts';
import { formatLogLine, type LogRecord } from '../kyverno/log-line.ts';
import type { Mocks } from '../kyverno/mocks.ts';
import type { Policy } from '../kyverno/policy.ts';
import type { EphemeralReport } from '../kyverno/report.ts';
import { ADMISSION_CONTROLLER } from '../kyverno/service-accounts.ts';
import type { Recorder } from '../trace/recorder.ts';

/** What the policy webhook says of a policy's object. */
export interface PolicyVerdict {
  /** Text of the refusal, without the webhook's prefix; absent if the policy is accepted. */
  readonly denied?: string;
  /** Place in the policy that the refusal is about. */
  readonly path?: readonly PathSegment[];
  readonly warnings: readonly string[];
}

/** What the admission controller needs of the world. */
export interface AdmissionEnvironment {
  readonly server: ApiServer;
  readonly scheduler: Scheduler;
  readonly recorder: Recorder;
  readonly behaviour: Behaviour;
  readonly random: Random;
  /** Decides where a real cluster may go either way. */
  readonly choices: Choices;
  /** Milliseconds since the Unix epoch. */
  wallClock(): number;
  readonly explain: boolean;
  /** The flags of this controller. */
  readonly flags: ControllerFlags;
  readonly policyExceptions: boolean;
  /** Whose PolicyExceptions count; absent or `*`: those of all namespaces. */
  readonly exceptionNamespace?: string;
  /** Answers for what lies outside the cluster. */
  readonly mocks: Mocks;
  /** This controller's cache of GlobalContextEntries. */
  readonly globalContext?: GlobalContextStore;
  /** Loaded libraries that expressions may need. */
  readonly libraries: NonNullable<PolicyContext['libraries']>;
  readPolicy(object: KubernetesObject): Policy | undefined;
  /** Checks a policy as the webhook `validate-policy` does (lifecycle F). */
  checkPolicy(object: KubernetesObject, old: KubernetesObject | undefined): PolicyVerdict;
  /** What the webhook of GlobalContextEntries refuses one for. */
  checkGlobalContextEntry(object: KubernetesObject): string | undefined;
  /** What the webhook of PolicyExceptions refuses one for. */
  checkException(object: KubernetesObject): string | undefined;
  /** What the cleanup controller refuses a cleanup policy for. */
  checkCleanupPolicy(object: KubernetesObject): string | undefined;
  /** Where the person wrote a policy. */
  locate(policy: KubernetesObject): DocumentPath | undefined;
}

/** Raises an Event: writes the object, then tells the trace. */
export function* raiseEvent(env: AdmissionEnvironment, event: KyvernoEvent, cause: EventId): Process<void> {
  const asks = asksForSuccess(env.behaviour, 'admission');
  if (!isEventWanted(event, env.flags, asks, () => configurationIn(env.server))) return;
  const known = env.behaviour.foldsRepeatedEvents
    ? findRepeated(event, env.server.listAll(EVENTS))
    : undefined;
  if (known !== undefined) return yield* countRepeat(env, event, known, cause);
  const body = formatEvent(event, env.wallClock(), Math.floor(env.random() * 1_000_000));
  const response = yield* env.server.request({
    verb: 'create',
    resource: EVENTS,
    namespace: event.regarding.namespace ?? 'default',
    body,
    user: ADMISSION_CONTROLLER,
    component: 'admission-controller',
    fieldManager: 'kyverno',
    cause,
  });
  env.recorder.record({ ...event, kind: 'event', phase: 'admission', cause: response.event });
}

/** A repeated Event begins a series; from then on it is counted in memory. */
function* countRepeat(
  env: AdmissionEnvironment,
  event: KyvernoEvent,
  known: KubernetesObject,
  cause: EventId,
): Process<void> {
  const body = seriesPatch(known, env.wallClock());
  if (body === undefined) return;
  const { name, namespace = '' } = refOf(known);
  const response = yield* env.server.request({
    verb: 'patch',
    resource: EVENTS,
    namespace,
    name,
    patch: { type: 'merge', body },
    user: ADMISSION_CONTROLLER,
    component: 'admission-controller',
    fieldManager: 'kyverno',
    cause,
  });
  const message = String(known['note'] ?? '');
  env.recorder.record({ ...event, message, kind: 'event', phase: 'admission', cause: response.event });
}

/** Writes a report object, then tells the trace. */
export function* writeReport(
  env: AdmissionEnvironment,
  report: EphemeralReport,
  cause: EventId,
): Process<void> {
  const namespace = report.object.metadata['namespace'];
  const response = yield* env.server.request({
    verb: 'create',
    resource: report.resource,
    ...(typeof namespace === 'string' ? { namespace } : {}),
    body: report.object,
    user: ADMISSION_CONTROLLER,
    component: 'admission-controller',
    fieldManager: 'kyverno',
    cause,
  });
  if (response.object === undefined) return;
  env.recorder.record({
    kind: 'report',
    phase: 'admission',
    cause: response.event,
    report: refOf(response.object),
    source: 'admission',
    results: report.results,
  });
}

/** Prints a line of the admission controller. */
export function logLine(env: AdmissionEnvironment, record: Omit<LogRecord, 'time'>, cause: EventId): void {
  env.recorder.record({
    kind: 'log',
    phase: 'admission',
    cause,
    component: 'admission-controller',
    source: 'kyverno-admission-controller',
    level: record.level,
    line: formatLogLine(env.behaviour.logFormat, { ...record, time: env.wallClock() }),
    message: record.message,
  });
}

/** The JSON that logs print for a user: fields in the order of the struct. */
export const userJson = (user: {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}): Json => ({
  username: user.username,
  ...(user.uid === undefined ? {} : { uid: user.uid }),
  groups: user.groups,
});
