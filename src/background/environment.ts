import type { DocumentPath } from '../base/document-path.ts';
import type { Process } from '../base/process.ts';
import type { Random } from '../base/random.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { EventId } from '../base/units.ts';
import type { ApiRequest, ApiResponse, ApiServer, ResourceInfo } from '../cluster/api.ts';
import type { GlobalContextStore } from '../engine/cluster-loader.ts';
import type { PolicyContext } from '../engine/policy-context.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { gvkOf, refOf } from '../kubernetes/object.ts';
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
import { BACKGROUND_CONTROLLER } from '../kyverno/service-accounts.ts';
import type { LogEvent } from '../trace/event.ts';
import type { Recorder } from '../trace/recorder.ts';
import { formatBackgroundLog, type LogMessage, type LogSubject } from './log-lines.ts';

/** What the background controller needs of the world. */
export interface BackgroundEnvironment {
  readonly server: ApiServer;
  readonly scheduler: Scheduler;
  readonly recorder: Recorder;
  readonly behaviour: Behaviour;
  readonly random: Random;
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
  /** Where the person wrote a policy. */
  locate(policy: KubernetesObject): DocumentPath | undefined;
}

/** Which of Kyverno's controllers sends a request. */
export type Sender = Pick<ApiRequest, 'user' | 'component' | 'fieldManager'>;

const BACKGROUND: Sender = {
  user: BACKGROUND_CONTROLLER,
  component: 'background-controller',
  fieldManager: 'background-controller',
};

/** Sends a request as the background controller's service account, or another's. */
export function* ask(
  env: BackgroundEnvironment,
  request: Omit<ApiRequest, 'user' | 'component' | 'fieldManager'> & { readonly fieldManager?: string },
  sender: Sender = BACKGROUND,
): Process<ApiResponse> {
  const { user, component, fieldManager } = sender;
  return yield* env.server.request({ fieldManager, ...request, user, component });
}

/** What discovery knows of an object's kind. */
export const infoOf = (
  env: BackgroundEnvironment,
  object: { readonly apiVersion: string; readonly kind: string },
): ResourceInfo | undefined => env.server.discovery().byKind(gvkOf(object));

/** The place of an object for a request: no namespace where the kind has none. */
export const placeOf = (
  info: ResourceInfo,
  namespace: string | undefined,
): { readonly resource: ResourceInfo; readonly namespace?: string } =>
  info.namespaced && namespace !== undefined && namespace !== ''
    ? { resource: info, namespace }
    : { resource: info };

export function* raiseEvent(
  env: BackgroundEnvironment,
  event: KyvernoEvent,
  cause: EventId,
  sender: Sender = BACKGROUND,
): Process<void> {
  const asks = asksForSuccess(env.behaviour, 'background');
  if (!isEventWanted(event, env.flags, asks, () => configurationIn(env.server))) return;
  const folds = env.behaviour.foldsRepeatedEvents;
  const version = folds ? versionOf(env, event.regarding) : undefined;
  const known = folds ? findRepeated(event, env.server.listAll(EVENTS), version) : undefined;
  if (known !== undefined) return yield* countRepeat(env, event, known, cause, sender);
  const body = formatEvent(event, env.wallClock(), Math.floor(env.random() * 1_000_000), version);
  const namespace = event.regarding.namespace ?? 'default';
  const response = yield* ask(env, { verb: 'create', resource: EVENTS, namespace, body, cause }, sender);
  env.recorder.record({ ...event, kind: 'event', phase: 'background', cause: response.event });
}

/** The resourceVersion of an object as it is now. */
function versionOf(env: BackgroundEnvironment, ref: ObjectRef): string | undefined {
  const info = infoOf(env, ref);
  const found = info && env.server.lookup(info, ref.namespace ?? '', ref.name);
  return found && String(found.metadata['resourceVersion'] ?? '');
}

/** A repeated Event begins a series; from then on it is counted in memory. */
function* countRepeat(
  env: BackgroundEnvironment,
  event: KyvernoEvent,
  known: KubernetesObject,
  cause: EventId,
  sender: Sender,
): Process<void> {
  const body = seriesPatch(known, env.wallClock());
  if (body === undefined) return;
  const { name, namespace = '' } = refOf(known);
  const response = yield* ask(
    env,
    { verb: 'patch', resource: EVENTS, namespace, name, patch: { type: 'merge', body }, cause },
    sender,
  );
  const message = String(known['note'] ?? '');
  env.recorder.record({ ...event, message, kind: 'event', phase: 'background', cause: response.event });
}

export function* writeReport(
  env: BackgroundEnvironment,
  report: EphemeralReport,
  cause: EventId,
): Process<void> {
  const namespace = report.object.metadata['namespace'];
  const response = yield* ask(env, {
    verb: 'create',
    resource: report.resource,
    ...(typeof namespace === 'string' ? { namespace } : {}),
    body: report.object,
    cause,
  });
  if (response.object === undefined) return;
  env.recorder.record({
    kind: 'report',
    phase: 'background',
    cause: response.event,
    report: refOf(response.object),
    source: 'background-scan',
    results: report.results,
  });
}

/** Puts a line into the controller's log. */
export function recordLine(
  env: BackgroundEnvironment,
  line: Pick<LogEvent, 'level' | 'line' | 'message'>,
  cause: EventId,
): void {
  env.recorder.record({
    kind: 'log',
    phase: 'background',
    cause,
    component: 'background-controller',
    source: 'kyverno-background-controller',
    ...line,
  });
}

/** Prints a line that the engine logs in this controller. */
export function logRecord(env: BackgroundEnvironment, record: Omit<LogRecord, 'time'>, cause: EventId): void {
  const line = formatLogLine(env.behaviour.logFormat, { ...record, time: env.wallClock() });
  recordLine(env, { level: record.level, line, message: record.message }, cause);
}

/** Prints a line of the controller's log, if the version has it. */
export function logLine(
  env: BackgroundEnvironment,
  message: LogMessage,
  subject: LogSubject,
  cause: EventId,
  error?: string,
): void {
  const formatted = formatBackgroundLog(env.behaviour, env.wallClock(), message, subject, error);
  if (formatted !== undefined) recordLine(env, formatted, cause);
}
